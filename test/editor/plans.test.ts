// Every recipe on a project that compiles and has passing tests: planned from the palette, previewed, run, taken back.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { root } from "../../scripts/editor.ts";
import { openFile, pick, picking, run, screenshot, turnDark, waitForWorkbench } from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { editorOf } from "./session.ts";

const which = variant();
const limit = 60_000;

interface Case {
  readonly recipe: string;
  readonly file: string;
  readonly answers?: readonly string[];
  /** Whether files are made, which is confirmed. */
  readonly makes?: boolean;
  readonly changed: RegExp;
}

const cases: readonly Case[] = [
  { recipe: "clean-up", file: "untidy.ts", changed: /const limit[\s\S]*return round\(price\) > limit;/ },
  {
    recipe: "extract-and-name",
    file: "statement.ts",
    // The names are the expert's: whatever they are, there is one more function, and it is called.
    changed: /export function statement[\s\S]*\b(\w+)\([\s\S]*\n}\n[\s\S]*\nfunction \1\(/,
  },
  {
    recipe: "rename-for-clarity",
    file: "tally.ts",
    changed: /^(?![\s\S]*\b(?:d|tmp|foo)\b)[\s\S]*export function tally\(\w{3,}: Order\[\]\)/,
  },
  { recipe: "async-await", file: "load.ts", changed: /await fetchOrders\(\)/ },
  { recipe: "tidy-arithmetic", file: "time.ts", changed: /day = 86400000;[\s\S]*week = 7 \* day;[\s\S]*\/ day\)/ },
  { recipe: "add-types", file: "invoice.ts", changed: /withTax\(net: number\): number/ },
  { recipe: "split-file", file: "shapes.ts", makes: true, changed: /from ".\/ring"|from ".\/circle"|square/ },
  {
    recipe: "document-api",
    file: "names.ts",
    changed: /\/\*\*[\s\S]*@param name - .*[\s\S]*\*\/\nexport function initials/,
  },
  {
    recipe: "replace-pattern",
    file: "guards.ts",
    answers: ["same($a, true)", 'check($a, "not the same")'],
    changed: /check\(value > 0, "not the same"\)/,
  },
];

/** The digests of all files below a folder, by name. */
function treeOf(folder: string): Readonly<Record<string, string>> {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).sort();
  const files = names.filter((name) => statSync(join(folder, name)).isFile());
  const digest = (name: string) =>
    createHash("sha256")
      .update(readFileSync(join(folder, name)))
      .digest("hex");
  return Object.fromEntries(files.map((name) => [name, digest(name)]));
}

/** Compiles the project and runs its tests. */
function passes(folder: string): void {
  const tsc = spawnSync(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder], {
    encoding: "utf8",
  });
  assert.equal(tsc.status, 0, tsc.stdout);
  const tsx = pathToFileURL(join(root, "node_modules/tsx/dist/esm/index.mjs")).href;
  const { NODE_TEST_CONTEXT: _, ...env } = process.env;
  const tests = spawnSync(process.execPath, ["--import", tsx, "--test", "test/all.ts"], {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  assert.equal(tests.status, 0, tests.stdout);
}

/** The steps of the plan in the sidebar. */
const steps = (page: Page) =>
  page
    .locator(".pane", { hasText: "Plan" })
    .locator(".monaco-list-row[aria-level='1']", { hasText: /(code|docs|math|general), / });

async function answer(page: Page, text: string): Promise<void> {
  await page.locator(".quick-input-widget input[type='text']").first().fill(text);
}

async function plan(page: Page, { recipe, answers = [] }: Case): Promise<void> {
  await run(page, "Coterie: Plan a Refactor...");
  await picking(page, "Plan a Refactor");
  await answer(page, recipe);
  await pick(page, recipe);
  for (const each of answers) {
    await page
      .locator(".quick-input-widget", { hasText: each === answers[0] ? "to find" : "to put" })
      .waitFor({ timeout: limit });
    await answer(page, each);
    await page.keyboard.press("Enter");
  }
}

describe(`plans (${which})`, { timeout: 600_000 }, () => {
  const session = editorOf(`${which}-plan-last`, () => openEditor(which, {}, "workshop"));
  before(() => {
    passes(session().folder);
  });

  for (const each of cases) {
    test(`${each.recipe}: preview, run, verified, tests pass, and undo restores the tree`, async () => {
      const { page, folder } = session();
      const untouched = treeOf(folder);
      const file = join(folder, "src", each.file);
      await openFile(page, each.file, 1, 1);
      await plan(page, each);
      await steps(page).filter({ hasText: "ready" }).first().waitFor({ timeout: limit });
      await screenshot(page, `${which}-plan-${each.recipe}`);
      await run(page, "Coterie: Preview the Step");
      await page.locator(".tab.active", { hasText: each.file }).waitFor({ timeout: limit });
      await page.locator(".monaco-diff-editor:visible").first().waitFor({ timeout: limit });
      await screenshot(page, `${which}-preview-${each.recipe}`);
      await run(page, "Coterie: Run All Steps");
      if (each.makes)
        await page.locator(".monaco-dialog-box .monaco-button", { hasText: "Create" }).click({ timeout: limit });
      await page
        .locator(".statusbar-item", { hasText: "every step is verified or was skipped" })
        .waitFor({ timeout: limit });
      // The tree is drawn some time after the status bar.
      await steps(page).filter({ hasNotText: "verified" }).first().waitFor({ state: "detached", timeout: limit });
      assert.ok((await steps(page).count()) > 0);
      assert.match(readFileSync(file, "utf8"), each.changed);
      assert.notDeepEqual(treeOf(folder), untouched);
      passes(folder);
      await screenshot(page, `${which}-done-${each.recipe}`);
      await run(page, "Coterie: Undo the Run");
      await page.locator(".statusbar-item", { hasText: "Coterie: undone" }).waitFor({ timeout: limit });
      assert.deepEqual(treeOf(folder), untouched);
    });
  }

  test("a plan in a dark theme; the editor is reloaded behind its first step, and the run goes on and is taken back", async () => {
    const { page, folder } = session();
    const untouched = treeOf(folder);
    await openFile(page, "untidy.ts", 1, 1);
    await turnDark(page);
    await plan(page, cases[0]!);
    await steps(page).filter({ hasText: "ready" }).first().waitFor({ timeout: limit });
    await steps(page).first().click();
    await page.keyboard.press("ArrowRight");
    await page.locator(".sidebar .monaco-list-row", { hasText: "Runner-up" }).first().waitFor({ timeout: limit });
    await screenshot(page, `${which}-plan-dark`);
    await run(page, "Coterie: Run the Step");
    await steps(page).filter({ hasText: "verified" }).first().waitFor({ timeout: limit });
    const half = treeOf(folder);
    assert.notDeepEqual(half, untouched);

    await page.reload();
    await waitForWorkbench(page);
    await run(page, "Coterie: Resume the Last Plan");
    await steps(page).filter({ hasText: "ready" }).first().waitFor({ timeout: limit });
    assert.equal(await steps(page).filter({ hasText: "verified" }).count(), 1);
    assert.deepEqual(treeOf(folder), half);
    await run(page, "Coterie: Run All Steps");
    await page.locator(".statusbar-item", { hasText: "every step is verified" }).waitFor({ timeout: limit });
    passes(folder);
    const all = await steps(page).filter({ hasText: "verified" }).count();
    // The last one that stands, though others can be done.
    await run(page, "Coterie: Undo the Step");
    await steps(page).filter({ hasText: "undone" }).first().waitFor({ timeout: limit });
    assert.equal(await steps(page).filter({ hasText: "verified" }).count(), all - 1);
    await run(page, "Coterie: Undo the Run");
    // The status bar still says so of the step.
    await steps(page).filter({ hasText: "verified" }).first().waitFor({ state: "detached", timeout: limit });
    assert.deepEqual(treeOf(folder), untouched);
  });
});
