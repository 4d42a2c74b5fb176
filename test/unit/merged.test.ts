// What a run measures takes the place of what stood there, and nothing else is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { merged } from "../bench/merged.ts";

const old = "# Quality\n\nOld.\n\n## One\n\n1\n\n### Part\n\nold\n\n## Two\n\n2\n\n## By hand\n\nkept\n";
const fresh = "# Quality\n\nNew.\n\n## One\n\nnot measured.\n\n## Two\n\n22\n\n## Three\n\nnot measured.\n";

test("sections that were measured are new and say when, the others stand as they stood", () => {
  assert.equal(
    merged(old, fresh, (title) => title === "Two", "a machine"),
    "# Quality\n\nOld.\n\n## One\n\n1\n\n### Part\n\nold\n\n## Two\n\nMade by `npm run quality` on a machine.\n\n22\n\n## Three\n\nnot measured.\n\n## By hand\n\nkept\n",
  );
});

test("where all is measured all is new but what no run makes", () => {
  const all = merged(old, fresh, () => true, "a machine");
  assert.ok(all.startsWith("# Quality\n\nNew.\n\n## One\n\nMade by"));
  assert.ok(all.endsWith("## By hand\n\nkept\n"));
});

test("without an old report all is new", () => {
  assert.equal(
    merged("", "# Quality\n\nNew.\n\n## One\n\n1\n", () => false, "m"),
    "# Quality\n\nNew.\n\n## One\n\n1\n",
  );
});
