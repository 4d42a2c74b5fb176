// Runs the suite inside the extension host of a real VS Code and reports each of its tests.
import { fail } from "node:assert";
import { test } from "node:test";
import { runInHost, variant } from "./harness.ts";

test(`inside the extension host (${variant()})`, { timeout: 420_000 }, async (t) => {
  for (const { name, error } of await runInHost(variant())) {
    await t.test(name, () => {
      if (error !== null) fail(error);
    });
  }
});
