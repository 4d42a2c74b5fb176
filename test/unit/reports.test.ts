// Reports say what was found, and cannot be turned into Markdown by what they quote.
import assert from "node:assert/strict";
import { test } from "node:test";
import { offlineDocument, selfTestDocument } from "../../src/reports.ts";

test("a self-test says how many checks failed and what was found", () => {
  const good = { what: "Expert code", passed: true, found: "works" };
  assert.match(selfTestDocument([good]), /\*\*Everything works\.\*\*/);
  const text = selfTestDocument([good, { what: "Rules", passed: false, found: "a | b <script>" }]);
  assert.match(text, /1 of 2 checks failed/);
  assert.match(text, /✗ \| Rules \| a \\\| b \\<script\\> \|/);
});

test("the proof of being offline says no as soon as there was one socket", () => {
  const quiet = { internet: [], local: 1, made: 0, files: ["/tmp/weights.bin"], asked: "kernel" } as const;
  assert.match(offlineDocument(quiet), /\*\*Yes\.\*\*/);
  assert.match(offlineDocument(quiet), /`\/tmp\/weights\.bin`/);
  assert.match(offlineDocument({ ...quiet, made: 1 }), /\*\*No\.\*\*/);
  assert.match(offlineDocument({ ...quiet, internet: ["tcp 1 to 2"] }), /\*\*No\.\*\*/);
});
