// The measurements that every engine goes through, in its own process. Times in milliseconds.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { median } from "./machine.ts";
import type { Generated, Peer } from "./peer.ts";

export interface Texts {
  /** Exactly 1,000 tokens. */
  readonly thousand: string;
  /** Exactly 1,024 tokens. */
  readonly full: string;
  /** What is typed behind `thousand`, key by key. */
  readonly typed: string;
}

/** One round's figures. */
export interface Round {
  readonly prefill: number;
  /** Longest time for which the process's event loop did not turn during the prefill. */
  readonly stall: number;
  /** Tokens a second, each in a run of its own, and as the product does it. */
  readonly decode: number;
  readonly guessed: number;
  readonly change: number;
  readonly key: number;
  readonly cancel: number;
}

/** Bytes. */
export interface Memory {
  readonly private: number;
  readonly resident: number;
  /** Of the resident size, what is mapped from files: programs and weights. */
  readonly mapped: number;
}

const decoded = 64;
const tokensPerKey = 8;
/** Well inside the prefill of every engine. */
const cancelAfter = 150;

export async function round(peer: Peer, { thousand, typed }: Texts): Promise<Round> {
  await peer.forget();
  const stall = longestStall();
  const prefill = await timed(() => expectPrompt(peer.generate(thousand, 1), 1000));
  const stalled = stall.end();

  // Before a longer text is written: it might be what is completed.
  const keys: number[] = [];
  for (let key = 1; key <= typed.length; key++) {
    keys.push(await timed(() => peer.complete(thousand + typed.slice(0, key), tokensPerKey)));
  }

  await peer.generate(thousand, 1);
  const one = await timed(() => peer.generate(thousand, 1));
  const speed = async (write: Peer["generate"]) => {
    let made = 0;
    const many = await timed(async () => {
      made = (await write(thousand, 1 + decoded)).newTokens;
    });
    if (made < decoded / 2) throw new Error(`the text ends after ${made} tokens: take another one`);
    return ((made - 1) * 1000) / (many - one);
  };
  const guessed = await speed(peer.guess);
  const decode = await speed(peer.generate);

  // Back to the bare text, as every engine's cache holds it when the expert is changed.
  await peer.forget();
  await peer.generate(thousand, 1);
  const change = await timed(() => peer.changeExpert(thousand));
  return { prefill, stall: stalled, decode, guessed, change, key: median(keys), cancel: await cancel(peer, thousand) };
}

/** From the moment that nobody wants a prefill any more until the next request, a short one, has its first token. */
async function cancel(peer: Peer, text: string): Promise<number> {
  const controller = new AbortController();
  const reading = peer.read(text, controller.signal);
  await pause(cancelAfter);
  return timed(async () => {
    controller.abort();
    await reading;
    await peer.forget();
    await peer.generate("let x = ", 1);
  });
}

/** Memory of this process after reading 1,024 tokens. Linux. */
export async function memory(peer: Peer, { full }: Texts): Promise<Memory> {
  await peer.forget();
  await expectPrompt(peer.generate(full, 1), 1024);
  return memoryOf("self");
}

/** From the kernel's sums over all mappings. */
export function memoryOf(pid: number | "self"): Memory {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
  const bytes = (field: string) => 1024 * Number(new RegExp(`^${field}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1]);
  return {
    private: bytes("Private_Clean") + bytes("Private_Dirty"),
    resident: bytes("Rss"),
    mapped: bytes("Rss") - bytes("Anonymous"),
  };
}

/** All engines must have read the same number of tokens. */
async function expectPrompt(generated: Promise<Generated>, tokens: number): Promise<void> {
  const { promptTokens } = await generated;
  if (promptTokens !== tokens) throw new Error(`the text has ${promptTokens} tokens here and not ${tokens}`);
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}

function longestStall() {
  const every = 2;
  let longest = 0;
  let last = performance.now();
  const turn = () => {
    const now = performance.now();
    longest = Math.max(longest, now - last - every);
    last = now;
  };
  const timer = setInterval(turn, every);
  return {
    end() {
      clearInterval(timer);
      turn();
      return longest;
    },
  };
}
