// What a user does with Explain, Write a Comment and Calculate: by palette, menu and code action, to the end.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
  codeAction,
  contextMenu,
  openFile,
  pageSays,
  pick,
  picking,
  run,
  save,
  screenshot,
  turnDark,
  type,
} from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { answer, clear, told } from "./notices.ts";
import { editorOf } from "./session.ts";

const which = variant();
const limit = { timeout: 30_000 };
const taxed = "export function taxed(price: number, rate = 0.19): number {\n  return price * (1 + rate);\n}\n";

/** Selects from the cursor to the start of the line, and waits until the editor has told that to everybody. */
async function selectLine(page: Page): Promise<void> {
  await page.keyboard.press("Shift+Home");
  await page.locator(".statusbar-item", { hasText: "selected" }).waitFor(limit);
  await page.waitForTimeout(300);
}

const difference = (page: Page) => page.locator(".monaco-diff-editor .line-insert").first().waitFor(limit);

describe(`a user asks about code (${which})`, { timeout: 420_000 }, () => {
  const session = editorOf(`${which}-commands-last`, () => openEditor(which, { "coterie.automatic": false }));
  const text = (name: string) => readFileSync(join(session().folder, name), "utf8");

  test("has a function explained by the menu and by a code action", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 9, 18);
    // Activated by then: a window that has just opened may lose a command of its menu.
    await page.locator(".statusbar-item", { hasText: "Coterie" }).first().waitFor(limit);
    await contextMenu(page, "Explain");
    await pageSays(page, "Facts, from the syntax tree");
    await pageSays(page, "Expert docs, rule built-in#3");
    await screenshot(page, `${which}-explain-light`);
    await clear(page);
    await openFile(page, "report.py", 19, 6);
    await codeAction(page, "Explain (Coterie)");
    await pageSays(page, "sale.price");
    await pageSays(page, "Expert docs, rule built-in#3");
    await clear(page);
  });

  test("has a comment previewed by a code action, puts it in, and takes it back with one undo", async () => {
    const { page } = session();
    const before = text("tools/report.py");
    await openFile(page, "report.py", 19, 6);
    await codeAction(page, "Write a Comment (Coterie)");
    await picking(page, "Put a comment by docs into report.py?");
    await difference(page);
    await screenshot(page, `${which}-document-light`);
    assert.equal(text("tools/report.py"), before);
    await pick(page, "Insert");
    await page.locator(".tab.dirty", { hasText: "report.py" }).waitFor(limit);
    await save(page);
    const lines = text("tools/report.py").split("\n");
    assert.match(lines[19]!, /^ {4}"""[A-Z]/);
    const old = before.split("\n");
    const added = lines.length - old.length;
    assert.deepEqual([...lines.slice(0, 19), ...lines.slice(19 + added)], old, "nothing else has changed");
    assert.ok(
      lines
        .slice(19, 19 + added)
        .join("\n")
        .includes("sales"),
      "the parameter is named",
    );
    await page.keyboard.press("ControlOrMeta+Z");
    await save(page);
    assert.equal(text("tools/report.py"), before);
    await clear(page);
  });

  test("discards a comment, and nothing is put in", async () => {
    const { page } = session();
    await turnDark(page);
    writeFileSync(join(session().folder, "src", "tax.ts"), taxed);
    await openFile(page, "tax.ts", 1, 20);
    await run(page, "Coterie: Write a Comment");
    await picking(page, "Put a comment by docs into tax.ts?");
    await difference(page);
    await screenshot(page, `${which}-document-dark`);
    await pick(page, "Discard");
    await page
      .locator(".diff-editor")
      .first()
      .waitFor({ state: "detached", ...limit });
    assert.equal(await page.locator(".tab.dirty").count(), 0);
    assert.equal(text("src/tax.ts"), taxed);
    await clear(page);
  });

  test("is told that a comment is there already, and nothing is put in", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 9, 18);
    await contextMenu(page, "Write a Comment");
    await told(page, "total has a comment already");
    assert.equal(await page.locator(".tab.dirty").count(), 0);
    await clear(page);
  });

  test("has a formula replaced by a code action, and by the button under a calculation", async () => {
    const { page } = session();
    await openFile(page, "README.md", 1, 1);
    await page.keyboard.press("ControlOrMeta+End");
    await type(page, "12 * 7 + 5");
    await selectLine(page);
    await codeAction(page, "Replace with Result (Coterie)");
    // A suggestion may stand behind it.
    await page.locator(".view-line", { hasText: /^89\b/ }).first().waitFor(limit);
    await page.keyboard.press("End");
    await page.keyboard.press("Enter");
    await type(page, "0.1 + 0.2");
    await selectLine(page);
    await contextMenu(page, "Calculate...");
    await pageSays(page, "Worked out by the algebra library.");
    await told(page, "Coterie: 0.3");
    await screenshot(page, `${which}-calculate-dark`);
    await answer(page, "Replace with Result");
    await page
      .locator(".view-line", { hasText: /^0\.3\b/ })
      .first()
      .waitFor(limit);
    await clear(page);
  });

  test("sees an explanation in the dark", async () => {
    const { page } = session();
    await openFile(page, "format.ts", 10, 20);
    await run(page, "Coterie: Explain");
    // The page of before may still stand there for a moment.
    await pageSays(page, "src/format.ts:10");
    await pageSays(page, "Expert docs, rule built-in#3");
    await screenshot(page, `${which}-explain-dark`);
    await clear(page);
  });
});
