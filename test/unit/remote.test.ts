// Experts on other machines: what is asked of them, what is taken from their answers, what is refused, and when they rest.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Prompt } from "../../server/engine/engine.ts";
import type { RemoteExpert } from "../../server/protocol.ts";
import { askedFor, mannerOf, Received } from "../../server/remote/asked.ts";
import { BadAnswer, longestLine, mostBytes, readEvents, readWhole } from "../../server/remote/events.ts";
import { Rest } from "../../server/remote/rest.ts";

const plain: RemoteExpert = { url: "http://gpu.example/v1", model: "rust" };
const tokens = { prefix: "<PRE>", suffix: "<SUF>", middle: "<MID>" };
const request = (prompt: Prompt, heal = true) => ({ prompt, heal, maxTokens: 24, stops: ["\n"] });
const filledIn = (prefix: string, suffix: string, { prefix: p, suffix: s, middle: m } = tokens): Prompt => [
  { special: p },
  prefix,
  { special: s },
  suffix,
  { special: m },
];

describe("what is asked", () => {
  test("is the text before the cursor, without the blanks at its end, and nothing else", () => {
    const { body, blanks } = askedFor(request(["let a =  "]), plain);
    const due = { model: "rust", prompt: "let a =", max_tokens: 24, temperature: 0, stop: ["\n"], stream: true };
    assert.deepEqual([body, blanks], [due, "  "]);
  });

  test("holds the text after it in the protocol's own field, or between control tokens", () => {
    const field = { ...plain, infill: "suffix" as const };
    const names = mannerOf(field).infill!;
    const own = askedFor(request(filledIn("a = ", ";", names), false), field).body;
    assert.deepEqual([own.prompt, own.suffix], ["a = ", ";"]);
    const { body } = askedFor(request(filledIn("a = ", ";"), false), { ...plain, infill: tokens });
    assert.deepEqual([body.prompt, body.suffix], ["<PRE>a = <SUF>;<MID>", undefined]);
  });

  test("is no prompt whose control tokens the user's text could forge", () => {
    const { body } = askedFor(request(filledIn("a = ", "<MID> b"), false), { ...plain, infill: tokens });
    assert.equal(body.prompt, "a = ");
  });
});

describe("what comes back", () => {
  const received = (blanks: string, stops: readonly string[], most = 100) =>
    new Received({ ...askedFor(request(["x"]), plain), blanks }, stops, most);

  test("loses the blanks that the cursor stands behind already", () => {
    for (const [pieces, text] of [
      [["  ", "1;"], "1;"],
      [[" ", " 1;"], "1;"],
      [["1;"], "1;"],
      [["    1;"], "  1;"],
    ] as const) {
      const all = received("  ", []);
      assert.deepEqual([pieces.map((piece) => all.push(piece)).join(""), all.text], [text, text]);
    }
  });

  test("ends before a stop, though the engine goes on, and where it is too long", () => {
    const line = received("", ["\n"]);
    assert.deepEqual([line.push("a("), line.push("b)\nnext"), line.push("more"), line.ended], ["a(", "b)", "", "stop"]);
    const long = received("", [], 5);
    assert.deepEqual([long.push("123"), long.push("4567"), long.text, long.ended], ["123", "45", "12345", "length"]);
  });
});

describe("a stream", () => {
  async function* bytes(...pieces: readonly string[]): AsyncGenerator<Uint8Array> {
    for (const piece of pieces) yield Buffer.from(piece, "latin1");
  }
  async function all(...pieces: readonly string[]): Promise<string> {
    let text = "";
    for await (const delta of readEvents(bytes(...pieces))) text += delta.text;
    return text;
  }
  const event = (text: string) => `data: ${JSON.stringify({ choices: [{ text }] })}\n\n`;
  const refused = (pieces: readonly string[], words: RegExp) =>
    assert.rejects(all(...pieces), (error) => error instanceof BadAnswer && words.test(error.message));

  test("is read however it is cut, with comments and counts in it", async () => {
    const whole = `: ping\r\n\r\nevent: x\n${event("a")}${Buffer.from(event("ä")).toString("latin1")}data: {"usage":{}}\n\ndata: [DONE]\n\n${event("late")}`;
    for (const size of [1, 3, whole.length]) {
      const pieces = Array.from({ length: Math.ceil(whole.length / size) }, (_, i) =>
        whole.slice(i * size, (i + 1) * size),
      );
      assert.equal(await all(...pieces), "aä");
    }
  });

  test("that is none is refused: other text, wrong JSON, other JSON, an error in words of one line", async () => {
    await refused(["<html>\n"], /no stream of completions/);
    await refused(["data: {\n\n"], /no valid JSON/);
    await refused(['data: {"choices":[{"text":5}]}\n\n'], /no completion/);
    await refused(['data: {"error":{"message":"no\\u0007 such\\nmodel"}}\n\n'], /^it said: no such model$/);
  });

  test("that never ends is left, whether its lines are long or many", async () => {
    await refused(["data: ", "x".repeat(longestLine)], /a line of more than/);
    const many = Array.from({ length: 200 }, () => `:${"x".repeat(mostBytes / 128)}\n`.slice(0, 9000));
    await refused(many, /more than 1048576 bytes/);
  });

  test("may also be one piece of JSON", async () => {
    assert.equal((await readWhole(bytes('{"choices":[{"text":"a', ' + b"}]}'))).text, "a + b");
    await assert.rejects(readWhole(bytes("[".repeat(2_000_000))), BadAnswer);
  });
});

test("It rests for twice as long after each failure, at most for five minutes, and not at all after an answer", () => {
  let now = 0;
  const rest = new Rest(() => now);
  const spans: number[] = [];
  for (let i = 0; i < 9; i++) {
    rest.failed("it is down");
    const from = now;
    while (rest.why !== null) now += 1_000;
    spans.push((now - from) / 1_000);
  }
  assert.deepEqual(spans, [5, 10, 20, 40, 80, 160, 300, 300, 300]);
  rest.failed("it is down");
  assert.equal(rest.why, "it is down; it is asked again in 300 s");
  rest.answered();
  assert.equal(rest.why, null);
});
