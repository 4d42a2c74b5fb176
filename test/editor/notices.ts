// What the editor tells the user, and how it is cleared away.
import assert from "node:assert/strict";
import type { Locator, Page } from "playwright-core";
import { run } from "./driver.ts";

const limit = { timeout: 30_000 };

/**
 * Waits for a notification: under test the editor shows them in its list only, which it opens for those that are there.
 * @param seconds most to wait
 */
export async function told(page: Page, words: string, seconds = 30): Promise<Locator> {
  const list = page.locator(".notifications-center");
  const item = list.locator(".notification-list-item", { hasText: words }).first();
  for (const end = Date.now() + 1_000 * seconds; !(await item.isVisible()); await page.waitForTimeout(500)) {
    assert.ok(Date.now() < end, `waited ${seconds} s to be told "${words}"`);
    if (!(await list.isVisible())) await run(page, "Notifications: Show Notifications");
  }
  return item;
}

/** Waits to be told something, and nothing beside it: what tells of the work goes a moment after it. */
export async function toldAlone(page: Page, words: string): Promise<void> {
  await told(page, words);
  const all = page.locator(".notifications-center .notification-list-item");
  for (const end = Date.now() + limit.timeout; (await all.count()) !== 1; await page.waitForTimeout(200)) {
    assert.ok(Date.now() < end, `told beside "${words}": ${(await all.allTextContents()).join("; ")}`);
  }
}

/** Clicks a button of a notification. */
export const answer = (page: Page, label: string) =>
  page.locator(".notifications-center .monaco-button", { hasText: label }).first().click(limit);

/** Closes everything, so that what comes next is seen in full. A command that the editor has not heard is given again. */
export async function clear(page: Page): Promise<void> {
  await run(page, "Notifications: Clear All Notifications");
  await untilNone(page, ".tab.dirty", "File: Save All");
  await untilNone(page, ".tab", "View: Close All Editors");
}

async function untilNone(page: Page, selector: string, command: string): Promise<void> {
  for (const end = Date.now() + limit.timeout; (await page.locator(selector).count()) > 0; ) {
    assert.ok(Date.now() < end, `waited 30 s for "${command}" to leave no ${selector}`);
    await run(page, command);
    await page.waitForTimeout(1000);
  }
}
