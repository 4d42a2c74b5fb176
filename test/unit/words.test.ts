// What the user reads in sidebar, status bar and the explanation of a route.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Answer, RouteResult } from "../../server/protocol.ts";
import type { Entry } from "../../src/ledger.ts";
import {
  answerDescription,
  answerDetails,
  answerLabel,
  choiceDescription,
  logLine,
  modelDescription,
  routeDocument,
  type Situation,
  statusText,
} from "../../src/words.ts";
import { answerWith } from "./answers.ts";

function entry(changes: Partial<Answer> = {}, fate: Entry["fate"] = "shown"): Entry {
  return { serial: 1, answer: answerWith(changes), fate };
}

test("an answer is labelled by its first line, or by why it was not shown", () => {
  assert.equal(answerLabel(entry()), "item.price;");
  assert.equal(answerLabel(entry({ text: "{\n  return;\n}" })), "{ …");
  assert.equal(answerLabel(entry({ hidden: "not confident enough" })), "not confident enough");
});

test("the description names expert and time, and the outcome when there is one", () => {
  assert.equal(answerDescription(entry()), "general · 143 ms");
  assert.equal(answerDescription(entry({}, "accepted")), "general · 143 ms · accepted");
});

test("the details say everything, the place last and counted from 1", () => {
  const details = answerDetails(entry({ wanted: "math" }, "accepted"), "src/cart.ts");
  assert.deepEqual(
    details.map(({ label, value }) => `${label}: ${value}`),
    [
      "Expert: general",
      "Wanted: math is not installed; general answered",
      "Rule: built-in#1",
      "Because: nothing else fits",
      "Tokens: 31 read, 5 new",
      "Reused: 20 of 31 tokens",
      "Time: 143 ms",
      "Outcome: accepted",
      "Place: src/cart.ts:4:9",
    ],
  );
  assert.deepEqual(
    details.filter((each) => each.leadsToPlace).map((each) => each.label),
    ["Place"],
  );
  assert.ok(!answerDetails(entry(), "a").some((each) => each.label === "Wanted"));
});

test("the log line says what was computed and nothing of the text", () => {
  const { answer } = entry({ wanted: "code" });
  const line = "answer 1: complete by general for code (built-in#1), 31 read, 20 reused, 5 new, 143 ms, stop";
  assert.equal(logLine(answer), line);
});

test("a route is explained with every rule that was tried; text from rule files stays text", () => {
  const route: RouteResult = {
    expert: "general",
    wanted: "docs",
    rule: "user#2",
    because: "<b>prose</b> | [link](x)",
    region: "prose",
    languageId: "markdown",
    considered: [
      { rule: "user#1", expert: "math", matched: false, why: "region is prose, not math" },
      { rule: "user#2", expert: "docs", matched: true, why: "language is markdown" },
    ],
  };
  const text = routeDocument(route, "docs/a_b.md", 4, 9);
  assert.match(text, /^# Who answers at docs\/a\\_b.md:4:9\n/);
  assert.ok(text.includes("**general** answers here by rule user#2: \\<b\\>prose\\</b\\> \\| \\[link\\](x)"));
  assert.ok(text.includes("The rule names docs, which is not installed; general answers in its place."));
  assert.ok(text.includes("| no | user#1 | math | region is prose, not math |\n| yes | user#2 | docs |"));
});

const ready: Situation = {
  phase: "running",
  detail: "The language server is running.",
  server: { state: "ready", detail: "Ready." },
  off: null,
  latest: undefined,
  remote: undefined,
};

test("the status tells loading, ready, off and failed apart", () => {
  const shown = (changes: Partial<Situation>) => {
    const { light, text } = statusText({ ...ready, ...changes });
    return `${light} ${text}`;
  };
  assert.equal(shown({}), "ready $(sparkle) Coterie");
  assert.equal(shown({ latest: entry() }), "ready $(sparkle) general 143 ms");
  assert.equal(shown({ phase: "starting", server: undefined }), "loading $(loading~spin) Coterie");
  assert.equal(shown({ server: undefined }), "ready $(sparkle) Coterie", "no document has needed the model yet");
  assert.equal(shown({ server: { state: "loading", detail: "Loading." } }), "loading $(loading~spin) Coterie");
  assert.equal(shown({ phase: "waiting", server: undefined, off: "off" }), "loading $(loading~spin) Coterie");
  assert.equal(shown({ off: "Completions are turned off." }), "off $(circle-slash) Coterie");
  assert.equal(shown({ server: { state: "failed", detail: "No weights." }, off: "off" }), "failed $(warning) Coterie");
  assert.equal(shown({ phase: "gave up" }), "failed $(warning) Coterie");
});

test("the detail says why, what came last, and where it runs", () => {
  const detail = (changes: Partial<Situation>) => statusText({ ...ready, ...changes }).detail;
  assert.equal(
    detail({ server: { state: "failed", detail: "No weights: run npm run build." } }),
    "No weights: run npm run build.",
  );
  assert.equal(detail({ phase: "gave up", detail: "It crashed 5 times." }), "It crashed 5 times.");
  assert.equal(
    detail({ latest: entry({}, "accepted"), remote: "wsl" }),
    "Last answer: item.price; (general · 143 ms · accepted). It runs on wsl.",
  );
  assert.equal(statusText({ ...ready, server: { state: "answering", detail: "Answering." } }).busy, true);
});

test("a model is listed by its size, which a narrow list does not cut off; one that is to be compiled again says so", () => {
  const model = { id: "mine", title: "Mine", bytes: 1.6e9, parameters: 1.54e9, bits: 8 } as const;
  assert.equal(modelDescription(model), "1.6 GB · 8 bits · 1540 M parameters · mine");
  assert.match(modelDescription({ ...model, outdated: "file:///m.gguf" }), /another version .* compile it again/);
});

test("a choice says what it takes, and whether the machine has hardly room for it", () => {
  const choice = { bits: 8, memory: 2.1e9, disk: 1.6e9 } as const;
  assert.equal(choiceDescription(choice, 16e9), "2.1 GB of memory, 1.6 GB of disk");
  assert.match(choiceDescription(choice, 2.5e9), /disk · this machine has 2\.5 GB and will hardly have room$/);
});
