// How replies begin: with the verb that a name says, or one of all; and a user's own models as they like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openingOfComment, openingOfWords } from "../../server/openings.ts";
import { finished, say } from "../../server/saying.ts";
import { allVerbs, thirdPerson, verbOf } from "../../server/verbs.ts";
import { playedEngine } from "../wire/engine.ts";

test("a name's verb is that of its first word, where it is one", () => {
  const found = ["parseDate", "is_empty", "__init__", "toISO", "copy", "#apply", "total", "HTTPServer", ""].map(verbOf);
  assert.deepEqual(found, ["parses", "checks", "initializes", "converts", "copies", "applies", null, null, null]);
  assert.deepEqual(["pass", "push", "do", "play", "fix"].map(thirdPerson), [
    "passes",
    "pushes",
    "does",
    "plays",
    "fixes",
  ]);
  assert.equal(new Set(allVerbs).size, allVerbs.length);
});

test("an explanation begins with what it is about, a comment as its language's comments do", () => {
  assert.deepEqual(openingOfWords("function", "parseDate"), { text: "This function", words: [" parses"] });
  assert.equal(openingOfWords("function", "total").words.length, allVerbs.length);
  assert.equal(openingOfWords("class", "parseDate").words.length, allVerbs.length);
  assert.deepEqual(openingOfComment("python", "function", "parse_date"), { text: '"""', words: ["Parses"] });
  assert.deepEqual(openingOfComment("java", "function", "parseDate"), { text: "/**\n *", words: [" Parses"] });
});

test("only the embedded model is held to its opening, which is part of what it says", async () => {
  const opening = openingOfWords("function", "parseDate");
  const asked = { sequence: "a", expert: "docs", slots: { request: "Why?" }, maxTokens: 9, manner: undefined, opening };
  const engine = playedEngine(["docs"], " parses a date.");
  const pieces = say(engine, asked, new AbortController().signal);
  assert.equal((await pieces.next()).value, "This function parses a date.");
  assert.equal((await finished(pieces)).text, "This function parses a date.");
  const manner = { header: null, infill: null, ranks: false, chats: true };
  const own = await finished(say(engine, { ...asked, manner }, new AbortController().signal));
  assert.equal(own.text, " parses a date.");
  const [held, free] = engine.started.map(({ request }) => request);
  assert.deepEqual([held!.names, free!.names], [[" parses"], undefined]);
  assert.match(String(held!.prompt.at(-1)), /assistant\nThis function$/);
  assert.match(String(free!.prompt.at(-1)), /assistant\n$/);
  const none = playedEngine(["docs"], "");
  assert.equal((await finished(say(none, asked, new AbortController().signal))).text, "");
});
