// Names that a model has made up: what nobody knows is told, costs confidence, and is held back in words.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { answer } from "../../server/answer.ts";
import { unknownCost } from "../../server/confidence.ts";
import type { Engine } from "../../server/engine/engine.ts";
import { knownIn } from "../../server/features/opened.ts";
import { surroundings } from "../../server/surroundings.ts";
import { holdsName, unknownNames } from "../../server/vocabulary.ts";
import { marked, newSyntax } from "./syntax.ts";

const unknown = (languageId: string, before: string, text: string, known: readonly string[] = []) => {
  const around = surroundings({ prefix: before, suffix: "\n", region: "code", languageId });
  return unknownNames(text, around, (name) => known.includes(name));
};

test("words of the language, names that are known and short ones are no surprise", () => {
  assert.deepEqual(unknown("typescript", "const a = ", "await Promise.all(items.map((it) => it.length))"), []);
  assert.deepEqual(unknown("python", "", "for i in range(len(self.rows)):"), []);
  assert.deepEqual(unknown("typescript", "const a = ", "zorble.quixel", ["zorble"]), ["quixel"]);
});

test("a word that the text goes on with counts as a whole, one that is whole already does not", () => {
  assert.deepEqual(unknown("python", "zor", "ble(1)"), ["zorble"]);
  assert.deepEqual(unknown("python", "zorble", "(1)"), []);
  assert.deepEqual(unknown("python", "zorble", ".quixel + .quixel"), ["quixel"]);
});

test("comments, strings, other regions and languages whose words are not known are not judged", () => {
  assert.deepEqual(unknown("typescript", "const a = ", '"zorble" + `quixel` // nimble'), []);
  assert.deepEqual(unknown("rust", "let a = ", "zorble"), []);
  const prose = surroundings({ prefix: "# ", suffix: "", region: "comment", languageId: "python" });
  assert.deepEqual(
    unknownNames("zorble", prose, () => false),
    [],
  );
});

test("a name is found as a whole word only", () => {
  assert.equal(holdsName("const zorbles = zorble;", "zorble"), true);
  assert.equal(holdsName("const zorbles = $zorble;", "zorble"), false);
  assert.equal(holdsName("", "zorble"), false);
});

test("other documents that are open know names too, unless they may not be read", () => {
  const document = TextDocument.create("file:///a.ts", "typescript", 1, "const a = ");
  const other = TextDocument.create("file:///b.ts", "typescript", 1, "const zorble = 1;");
  const opened = () => [document, other];
  const asked = (allowed: boolean) =>
    knownIn(document, { opened, mayRead: () => (allowed ? { allowed } : { allowed, why: "it is secret" }) });
  assert.equal(asked(true)("zorble"), true);
  assert.equal(asked(false)("zorble"), false);
});

/** An engine that writes one text, each of its tokens as likely as that. */
function writing(text: string, logProbability: number): Engine {
  return {
    experts: [],
    stale: false,
    setAdded: async () => undefined,
    warm: async () => undefined,
    async *generate() {
      yield text;
      const continuations = [{ text, tokens: [{ id: 1, text, logProbability }], stop: "stop" as const }];
      return { continuations, shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
    },
    score: () => assert.fail("nothing stands behind the cursor"),
    memory: async () => ({ backbone: 1, experts: {}, head: 1, caches: 1, rest: 0, process: 1 }),
    close: async () => undefined,
  };
}

async function complete(before: string, text: string, sure: number, asked = false) {
  const syntax = newSyntax();
  const { document, offset } = marked("typescript", `${before}|\n`);
  const scope = await syntax.scope(document, document.positionAt(offset), null);
  const addedFaults = (put: string) => syntax.addedFaults(document, offset, put);
  const crew = { engine: writing(text, sure), rules: [], installed: ["general"], addedFaults };
  const limits = { maxTokens: 24, contextTokens: 1024, suggestions: "balanced" as const, asked };
  const steps = answer("complete", scope, crew, limits, new AbortController().signal);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

test("an unknown name makes a text less sure, and where that is why it is not shown, it is named", async () => {
  const known = await complete("const zorble = 1;\nconst a = ", "zorble;", -0.2);
  assert.deepEqual([known.hidden, known.confidence], [null, -0.2]);
  const made = await complete("const a = ", "zorble;", -0.2);
  assert.deepEqual([made.hidden, made.confidence], ['nothing open here knows the name "zorble"', -0.2 - unknownCost]);
  assert.equal((await complete("const a = ", "zorble;", -0.9)).hidden, "the model is not sure enough");
  assert.equal((await complete("const a = ", "zorble;", -0.2, true)).hidden, null, "who asks sees it");
});
