// How replies begin: with the verb that a name says, or one of all; and a user's own models as they like.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { Engine } from "../../server/engine/engine.ts";
import { explain, whatToExplain } from "../../server/explain.ts";
import { openingOfComment, openingOfWords } from "../../server/openings.ts";
import { finished, say } from "../../server/saying.ts";
import { allVerbs, thirdPerson, verbOf } from "../../server/verbs.ts";
import { playedEngine } from "../wire/engine.ts";
import { newSyntax } from "./syntax.ts";

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
  const manner = { header: null, infill: null, borrows: true, ranks: false, chats: true };
  const own = await finished(say(engine, { ...asked, manner }, new AbortController().signal));
  assert.equal(own.text, " parses a date.");
  const [held, free] = engine.started.map(({ request }) => request);
  assert.deepEqual([held!.names, free!.names], [[" parses"], undefined]);
  assert.match(String(held!.prompt.at(-1)), /assistant\nThis function$/);
  assert.match(String(free!.prompt.at(-1)), /assistant\n$/);
  const none = playedEngine(["docs"], "");
  assert.equal((await finished(say(none, asked, new AbortController().signal))).text, "");
});

test("who has no more to say than one sentence is asked for one about the result, where there is one", async () => {
  const asked: (string | undefined)[] = [];
  const told = async (text: string, replies: readonly string[]) => {
    asked.length = 0;
    const engine: Engine = {
      ...playedEngine(["docs"]),
      async *generate({ names }) {
        const text = replies[asked.length] ?? "";
        asked.push(names?.join());
        yield text;
        const counts = { promptTokens: 9, reusedTokens: 4, newTokens: 1, runs: 1, shortened: false };
        return { continuations: [{ text, tokens: [], stop: "end" }], ...counts };
      },
    };
    const document = TextDocument.create("file:///a.ts", "typescript", 1, text);
    const what = (await whatToExplain(document, 0, 0, newSyntax()))!;
    const scope = { uri: document.uri, path: "a.ts", languageId: "typescript" };
    const pieces: string[] = [];
    const stream = explain(what, scope, { engine, expert: "docs", manner: undefined }, new AbortController().signal);
    for (;;) {
      const step = await stream.next();
      if (!step.done) pieces.push(step.value);
      else return { streamed: pieces.join(""), text: step.value.text, newTokens: step.value.newTokens };
    }
  };
  const parse = "function parse(text: string) {\n  return Number(text);\n}\n";
  const both = "This function parses a text. It returns a number.";
  const found = await told(parse, [" parses a text.", " returns a number. It then"]);
  assert.deepEqual(found, { streamed: `${both} It then`, text: both, newTokens: 2 });
  assert.deepEqual(asked, [" parses", " returns"]);
  assert.equal(
    (await told(parse, [" parses a text and returns it."])).text,
    "This function parses a text and returns it.",
  );
  assert.equal((await told(parse, [" parses a text. It is short."])).text, "This function parses a text. It is short.");
  await told(parse.replace("return ", ""), [" parses a text."]);
  assert.deepEqual(asked, [" parses"], "it returns nothing");
});

test("a function is explained whole where it is selected by lines, with its comment or from within that", async () => {
  const about = async (text: string, selected: string) => {
    const start = text.indexOf(selected);
    const document = TextDocument.create("file:///b.ts", "typescript", 1, text);
    const found = await whatToExplain(document, start, start + selected.length, newSyntax());
    return { code: found?.code, facts: found?.facts.length, opening: found?.opening.text };
  };
  const add = "function add(x: number) {\n  return x + a;\n}";
  const whole = await about(`${add}\n`, add);
  assert.deepEqual([whole.code, whole.opening], [add, "This function"]);
  assert.ok(whole.facts! > 0);
  const text = `const a = 1;\n\n/**\n * Adds.\n */\n${add}\n\nconst b = 2;\n`;
  for (const selected of [`${add}\n`, `\n${add}\n\n`, `/**\n * Adds.\n */\n${add}\n`, ` * Adds.\n */\n${add}`])
    assert.deepEqual(await about(text, selected), whole, JSON.stringify(selected));
  const method = "class A {\n  /** Adds. */\n  add(x: number) {\n    return x;\n  }\n}\n";
  assert.match((await about(method, "  /** Adds. */\n  add(x: number) {\n    return x;\n  }\n")).code!, /^add\(x/);
  assert.equal((await about(`const a = 1;\n${add}\n`, "const a = 1;\n")).facts, 0);
});

test("a text of very many lines is explained, not refused", async () => {
  const text = "a line of a log\n".repeat(200_000);
  const found = await whatToExplain(TextDocument.create("file:///a.log", "log", 1, text), 0, text.length, newSyntax());
  assert.ok(found!.code.startsWith("a line of a log\n") && found!.code.length < 2_000);
});
