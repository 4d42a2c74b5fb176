// The report of `npm run quality` says what was measured, and of nothing else that it was.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Contender } from "../bench/contenders.ts";
import { report } from "../bench/report.ts";
import type { Results } from "../bench/results.ts";
import type { Cursor } from "../bench/samples.ts";

const contender = (changes: Partial<Contender>): Contender => ({
  name: "general",
  arm: "general",
  domain: null,
  model: "shared",
  expert: "general",
  weights: "0",
  losses: {},
  tokens: null,
  threshold: -1,
  ...changes,
});
const nothing = { samples: [], by: new Map() };
const empty: Results = {
  contenders: [contender({})],
  comparison: null,
  index: null,
  lines: { code: nothing, docs: nothing },
  documentation: nothing,
  answers: [],
  losses: { code: new Map(), docs: new Map(), math: new Map() },
  parts: { backbone: 100, head: 30, expert: 25 },
  cases: null,
  anywhere: null,
  branches: null,
  neighbours: null,
  snippets: null,
  members: null,
  commands: null,
  typing: nothing,
};

test("what was not measured has no figures", () => {
  const text = report(empty, "a machine");
  const [, withoutMemory] = /^([\s\S]*)## Memory/.exec(text)!;
  assert.match(text, /not measured/);
  // No figure of a table but in that of the memory, which is computed.
  assert.doesNotMatch(withoutMemory!, /^\|.*\d\.\d/m);
});

test("memory is that of one backbone against whole models", () => {
  const text = report(empty, "a machine");
  assert.match(text, /\| general, code, docs, math +\| 230 +\| 620 +\| 37\.1 % +\|/);
  assert.match(text, /\| without general +\| 205 +\| 465 +\| 44\.1 % +\|/);
});

const loss = (trained: number, set = "held") => ({ code: { base: 2, trained, set, counted: 10 } });
const sample: Cursor = {
  id: "code-1",
  group: "python",
  kind: "word",
  package: "p",
  workspace: "p",
  path: "p.py",
  language: "python",
  before: "re",
  rest: "turn",
  after: "",
};
const line = (text: string) => [{ text, shown: true, confidence: -0.1, broken: false, unclosed: false, ms: 100 }];
const arm = (run: string) => ({ run, rate: "1e-4", tokens: 1000, tried: [{ rate: "1e-4", held_out: 1.5 }] });
const measured: Results = {
  ...empty,
  contenders: [
    contender({ name: "base", arm: "base", model: "base" }),
    contender({ losses: loss(1.95) }),
    contender({ name: "expert-code", arm: "expert", domain: "code", expert: "code", losses: loss(1.8), tokens: 5000 }),
    contender({ name: "equal-code", arm: "equal", domain: "code", losses: loss(1.91) }),
    contender({ name: "full-code", arm: "full", domain: "code", losses: loss(1.9) }),
    contender({ name: "lora-code", arm: "lora", domain: "code", losses: loss(1.7, "another set") }),
  ],
  comparison: { tokens: 1000, domains: { code: { expert: arm("e"), full: arm("f"), lora: arm("l") } } },
  index: { seed: 1, losses: { code: { set: "held", counted: 10 } } },
  lines: {
    code: {
      samples: [sample],
      by: new Map([
        ["base", line("turns")],
        ["expert-code", line("turn")],
      ]),
    },
    docs: nothing,
  },
  losses: {
    ...empty.losses,
    code: new Map([
      ["expert-code", { loss: 1.809, counted: 10 }],
      ["base", { loss: 2.1, counted: 9 }],
      ["general", { loss: 1.9695, counted: 10 }],
    ]),
  },
};
/** The cells of the first row that begins so, after a heading. */
const row = (text: string, after: string, title: string) => {
  const cells = text
    .slice(text.indexOf(after))
    .split("\n")
    .find((each) => each.startsWith(`| ${title}`))!;
  return cells
    .split("|")
    .slice(1, -1)
    .map((cell) => cell.trim());
};

test("an expert is held against the base, in float32 and at 8 bits", () => {
  const text = report(measured, "a machine");
  assert.deepEqual(row(text, "## The experts", "code, 5,000 tokens").slice(1), [
    "1.8000",
    "0.900",
    "1.8090",
    "1.005",
    "100.0 %",
    "1.000",
  ]);
  // The engine counted other tokens than PyTorch there.
  assert.deepEqual(row(text, "## The experts", "the base").slice(1, 5), [
    "2.0000",
    "1.000",
    "not measured",
    "not measured",
  ]);
  assert.deepEqual(row(text, "## The experts", "general").slice(1, 5), ["1.9500", "0.975", "1.9695", "1.010"]);
  assert.match(text, /Of 1 first lines 1 were right by code only and 0 by the base only/);
});

test("the arms are held against full fine-tuning, and a loss on another set is none", () => {
  const text = report(measured, "a machine");
  const of = (title: string) => row(text, "## Against", title).slice(1, 6);
  assert.deepEqual(of("expert: upper"), ["1e-4", "1,000", "1.9100", "0.955", "90.0 %"]);
  assert.deepEqual(of("full"), ["1e-4", "1,000", "1.9000", "0.950", "100.0 %"]);
  assert.deepEqual(of("LoRA"), ["1e-4", "1,000", "not measured", "not measured", "not measured"]);
});
