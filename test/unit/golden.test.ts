// Regions, trimming, stopping and blocks by example: the cases of test/unit/golden go through the whole pipeline.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { answer } from "../../server/answer.ts";
import type { Engine } from "../../server/engine/engine.ts";
import { type Case, goldenCases } from "./golden.ts";
import { newSyntax } from "./syntax.ts";

const cases = goldenCases(fileURLToPath(new URL("golden", import.meta.url)));
const syntax = newSyntax();
const limits = { maxTokens: 24, contextTokens: 1024, suggestions: "balanced" as const };

/** An engine that writes one text, a line of it where one is asked for, and finds all texts equally likely. */
function writing(written: string, isCutShort: boolean): Engine {
  return {
    experts: [],
    stale: false,
    setAdded: async () => undefined,
    warm: async () => undefined,
    async *generate({ stops }) {
      const at = Math.min(...stops.map((stop) => written.indexOf(stop)).filter((found) => found >= 0));
      const isStopped = Number.isFinite(at);
      const text = isStopped ? written.slice(0, at) : written;
      for (const line of text.split(/(?<=\n)/)) yield line;
      const stop = isStopped ? "stop" : isCutShort ? "length" : "end";
      const continuations = [{ text, tokens: [], stop }] as const;
      return { continuations, shortened: false, promptTokens: 1, reusedTokens: 0, newTokens: 1, runs: 1 };
    },
    score: async ({ texts }) => texts.map(() => ({ logProbability: -1, tokens: 1 })),
    memory: async () => ({ backbone: 1, experts: {}, head: 1, caches: 1, rest: 0, process: 1 }),
    close: async () => undefined,
  };
}

/** What becomes of what the model writes at the cursor: the text, and why it is not shown. */
async function finished({ languageId, title, text, offset, written, conditions }: Case) {
  const document = TextDocument.create(`file:///${languageId}/${title}`, languageId, 1, text);
  const scope = await syntax.scope(document, document.positionAt(offset), null);
  const crew = {
    engine: writing(written, conditions.has("cut short")),
    rules: [],
    installed: ["general"],
    addedFaults: (put: string) => syntax.addedFaults(document, offset, put),
  };
  const steps = answer("complete", scope, crew, limits, new AbortController().signal);
  for (;;) {
    const step = await steps.next();
    if (step.done) return step.value;
  }
}

async function holds(each: Case): Promise<void> {
  const { languageId, expected, text, offset } = each;
  if (expected === "show" || expected === "hide") {
    const { text: shown, hidden } = await finished(each);
    if (expected === "hide") assert.equal(hidden, each.reason);
    else assert.deepEqual({ text: shown, hidden }, { text: each.shown, hidden: null });
    return;
  }
  const [region, inner = languageId] = expected.split(" in ");
  const document = TextDocument.create(`file:///${languageId}`, languageId, 1, text);
  assert.deepEqual(await syntax.spot(document, offset), { region, languageId: inner });
}

test("there are at least 150 cases over ten languages, of every kind", () => {
  assert.ok(cases.length >= 150, `${cases.length} cases`);
  assert.ok(new Set(cases.map(({ languageId }) => languageId)).size >= 10);
  for (const kind of ["show", "hide", "docstring", "math"]) {
    assert.ok(cases.filter(({ expected }) => expected.startsWith(kind)).length >= 5, kind);
  }
});

for (const languageId of new Set(cases.map((each) => each.languageId))) {
  describe(languageId, () => {
    for (const each of cases.filter((one) => one.languageId === languageId)) {
      test(`${each.expected}: ${each.title}`, () => holds(each));
    }
  });
}
