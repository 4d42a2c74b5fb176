// A branch's text: healing off its front, stops cut, nothing streamed that may yet be taken back.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Transcript } from "../../server/engine/transcript.ts";

/** Pushes the pieces as if each were a token. @returns streamed pieces and the final text. */
function run(pieces: readonly string[], typed: string, stops: readonly string[]) {
  const transcript = new Transcript({ push: (id) => pieces[id]!, flush: () => "" }, typed, stops);
  const streamed: string[] = [];
  const tokens: string[] = [];
  let stopped = false;
  for (let id = 0; id < pieces.length && !stopped; id++) {
    const pushed = transcript.push(id);
    tokens.push(pushed.text);
    stopped = pushed.stopped;
    streamed.push(transcript.settled());
  }
  return { streamed, tokens, stopped, text: transcript.finish() };
}

test("what was typed is taken off the front", () => {
  const { text, tokens } = run(["get", "Element", "()"], "getEl", []);
  assert.equal(text, "ement()");
  assert.deepEqual(tokens, ["", "ement", "()"]);
});

test("a stop across two tokens cuts the text, and its beginning is not streamed", () => {
  const { text, streamed, stopped } = run(["a", "b<", "/x", "c"], "", ["</x"]);
  assert.equal(stopped, true);
  assert.equal(text, "ab");
  assert.deepEqual(streamed, ["a", "b", ""]);
});

test("what looked like a stop and was none is streamed later", () => {
  const { text, streamed } = run(["a<", "b"], "", ["</x"]);
  assert.equal(text, "a<b");
  assert.deepEqual(streamed, ["a", "<b"]);
});

test("a stop inside what was typed does not count", () => {
  assert.equal(run(["\n  ", "return"], "\n  ", ["\n"]).text, "return");
  assert.equal(run(["\n  return", " x\ny"], "\n  ", ["\n"]).text, "return x");
});
