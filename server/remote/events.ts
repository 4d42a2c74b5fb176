// The body of a streamed answer, as strangers send it: lines of server-sent events, within limits. Everything else is refused.
import * as z from "zod";

/** Most characters of a line, and most bytes of a whole answer. */
export const longestLine = 64 * 1024;
export const mostBytes = 1024 * 1024;

/** What is wrong with an answer, in words. */
export class BadAnswer extends Error {}

/** A piece of a completion. */
export interface Delta {
  readonly text: string;
  /** Why it ended, with the last piece; some send an empty one with the others. */
  readonly finish: string | null;
}

const completion = z.looseObject({
  choices: z
    .array(z.looseObject({ text: z.string().default(""), finish_reason: z.string().max(64).nullish() }))
    .max(16)
    .optional(),
  error: z.unknown().optional(),
});

/** Reads the pieces of a stream up to "[DONE]" or its end. Throws BadAnswer when it is no such stream or exceeds a limit. */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<Delta> {
  for await (const line of linesOf(body)) {
    // Empty lines end an event, ":" begins a comment; other fields mean nothing here.
    if (!line.startsWith("data:")) {
      if (line === "" || line.startsWith(":") || /^(event|id|retry):/.test(line)) continue;
      throw new BadAnswer("it sent no stream of completions");
    }
    const data = line.slice(5).trim();
    if (data === "[DONE]") return;
    const delta = readCompletion(data);
    if (delta !== null) yield delta;
  }
}

/** Reads a whole answer that was sent in one piece. Throws BadAnswer. */
export async function readWhole(body: AsyncIterable<Uint8Array>): Promise<Delta> {
  let text = "";
  for await (const piece of piecesOf(body)) text += piece;
  return readCompletion(text) ?? { text: "", finish: null };
}

/** Null for one without choices, as some send with their counts at the end. */
export function readCompletion(data: string): Delta | null {
  let json: unknown;
  try {
    json = JSON.parse(data);
  } catch {
    throw new BadAnswer("it sent no valid JSON");
  }
  const read = completion.safeParse(json);
  if (!read.success) throw new BadAnswer("it sent no completion");
  const { choices, error } = read.data;
  if (error !== undefined && error !== null) throw new BadAnswer(`it said: ${saidIn(error)}`);
  const [first] = choices ?? [];
  return first === undefined ? null : { text: first.text, finish: first.finish_reason || null };
}

/** A stranger's words, on one line and short. */
export function saidIn(error: unknown): string {
  const { message } = z.looseObject({ message: z.string() }).safeParse(error).data ?? {};
  const words = message ?? (typeof error === "string" ? error : "an error");
  return words
    .replace(/[\p{C}\s]+/gu, " ")
    .trim()
    .slice(0, 160);
}

async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  let rest = "";
  for await (const piece of piecesOf(body)) {
    const lines = (rest + piece).split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) yield line.replace(/\r$/, "");
    if (rest.length > longestLine) throw new BadAnswer(`it sent a line of more than ${longestLine} characters`);
  }
  if (rest !== "") yield rest;
}

async function* piecesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const utf8 = new TextDecoder();
  let bytes = 0;
  for await (const piece of body) {
    bytes += piece.byteLength;
    if (bytes > mostBytes) throw new BadAnswer(`it sent more than ${mostBytes} bytes`);
    yield utf8.decode(piece, { stream: true });
  }
  yield utf8.decode();
}
