// "@coterie" in the editor's chat, as a user asks it: with the model on this machine chosen in the list of models.
import { describe, test } from "node:test";
import type { Page } from "playwright-core";
import { openFile, run, screenshot, turnDark, type } from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { editorOf } from "./session.ts";

const which = variant();
const limit = { timeout: 30_000 };

/** Chooses the model on this machine: an editor that nobody has signed in to has no other. */
async function chooseModel(page: Page): Promise<void> {
  await run(page, "Chat: Open Chat");
  const picker = page
    .locator(".auxiliarybar a, .auxiliarybar .action-label", { hasText: /^(Models|Coterie|Auto)/ })
    .last();
  await picker.waitFor(limit);
  if ((await picker.textContent())?.startsWith("Coterie")) return;
  await picker.click(limit);
  await page.waitForTimeout(1_500);
  await screenshot(page, `${which}-chat-models`);
  await page.locator(".action-widget .monaco-list-row", { hasText: "Coterie" }).first().click(limit);
}

/** Asks, once "@coterie" has been asked it stays in the box, and waits until the last answer says something. */
async function ask(page: Page, words: string, answer: string): Promise<void> {
  await run(page, "Chat: Open Chat");
  await page.waitForTimeout(500);
  await type(page, words);
  // The list of completions closes where nothing fits any more.
  await page.waitForTimeout(1_500);
  await page.keyboard.press("Enter");
  await page.locator(".interactive-item-container.interactive-response", { hasText: answer }).last().waitFor(limit);
}

describe(`a user asks in the chat (${which})`, { timeout: 240_000 }, () => {
  const settings = { "chat.disableAIFeatures": false, "chat.agent.enabled": false, "coterie.automatic": false };
  const session = editorOf(`${which}-chat-last`, () => openEditor(which, settings));

  test("has a function explained: facts, then the model's words, marked as such", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 9, 18);
    await chooseModel(page);
    await ask(page, "@coterie /explain ", "Expert docs, rule built-in#3");
    await page.locator(".interactive-response", { hasText: "Facts, from the syntax tree" }).last().waitFor(limit);
    await screenshot(page, `${which}-chat-explain-light`);
  });

  test("has a formula calculated, and a comment written that waits for a click", async () => {
    const { page } = session();
    await turnDark(page);
    await ask(page, "/calculate 15% of 240 ", "Worked out by the algebra library.");
    await openFile(page, "report.py", 19, 6);
    await ask(page, "/document ", "Preview and Insert");
    await screenshot(page, `${which}-chat-document-dark`);
  });
});
