// What a user does in VS Code, as functions of a playwright page. Every wait is for a condition, with a limit.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { root } from "../../scripts/editor.ts";

const workbenchLimit = 90_000;
const stepLimit = 20_000;

/** Waits until the workbench stands and the status item says that the model is loaded. */
export async function waitForWorkbench(page: Page): Promise<void> {
  await page.locator(".monaco-workbench").waitFor({ timeout: workbenchLimit });
  await page.locator(".statusbar-item[id*='coterie'] .codicon-sparkle").waitFor({ timeout: workbenchLimit });
}

/**
 * Opens the quick input by a key, types, and hands back the first row with that text. Where none comes the input was closed again by
 * something else that took the focus, or a new file is not known yet: as a user would, it begins anew.
 */
async function search(page: Page, key: string, text: string): Promise<Locator> {
  const found = page.locator(".quick-input-list .monaco-list-row", { hasText: text }).first();
  for (const end = Date.now() + stepLimit; ; ) {
    await page.keyboard.press(key);
    await page.locator(".quick-input-widget input").first().waitFor({ timeout: stepLimit });
    await page.keyboard.type(text);
    try {
      await found.waitFor({ timeout: stepLimit / 5 });
      return found;
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

/** Opens a file of the workspace by quick open and puts the cursor at line and column, from 1. */
export async function openFile(page: Page, name: string, line: number, column: number): Promise<void> {
  const found = await search(page, "ControlOrMeta+P", name);
  // Not Enter: what was open before is listed too, and the first of it may still be chosen.
  await found.click({ timeout: stepLimit });
  await page.locator(".tab.active", { hasText: name }).waitFor({ timeout: stepLimit });
  await page.locator(".monaco-editor .view-line").first().waitFor({ timeout: stepLimit });
  await idle(page);
  await goTo(page, line, column);
}

/**
 * Waits until the page has been idle. A new editor gets its inline suggestions then, or 5 s later where there is no rest: what is
 * typed before asks nobody. Idle callbacks come in the order in which they were asked for, and the editor's was before.
 */
async function idle(page: Page): Promise<void> {
  await page.evaluate("new Promise((done) => requestIdleCallback(done, { timeout: 10_000 }))");
}

/** Puts the cursor at line and column, from 1. Keys of which the editor has heard only some are given again. */
async function goTo(page: Page, line: number, column: number): Promise<void> {
  const there = page.locator(".statusbar-item", { hasText: `Ln ${line}, Col ${column}` });
  for (const end = Date.now() + stepLimit; ; ) {
    await page.keyboard.press("Control+G");
    await page.locator(".quick-input-widget input").first().waitFor({ timeout: stepLimit });
    await page.keyboard.type(`${line}:${column}`);
    await page.keyboard.press("Enter");
    try {
      await there.waitFor({ timeout: stepLimit / 5 });
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      await page.keyboard.press("Escape");
    }
  }
}

/** Types as fast as a person does. */
export async function type(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text, { delay: 60 });
}

/** The ghost text on screen, once there is some. The first answer also waits for the model to load. */
export async function ghostText(page: Page, limit = 60_000): Promise<string> {
  await page.locator(".monaco-editor [class*=ghost-text]").first().waitFor({ timeout: limit });
  return await ghostTextNow(page);
}

async function ghostTextNow(page: Page): Promise<string> {
  const ghost = await page.locator(".monaco-editor [class*=ghost-text]").allTextContents();
  return ghost.join("").replaceAll("\u00a0", " ");
}

/** Accepts the ghost text with Tab and waits until it has become text. What comes next may be suggested by then. */
export async function accept(page: Page): Promise<void> {
  const accepted = await ghostTextNow(page);
  await page.keyboard.press("Tab");
  for (const end = Date.now() + stepLimit; (await ghostTextNow(page)) === accepted; ) {
    if (Date.now() > end) throw new Error(`"${accepted}" is still ghost text ${stepLimit} ms after Tab.`);
    await page.waitForTimeout(50);
  }
}

/** Saves the file in front and waits until its tab is clean. */
export async function save(page: Page): Promise<void> {
  await page.keyboard.press("ControlOrMeta+S");
  await page.locator(".tab.active:not(.dirty)").waitFor({ timeout: stepLimit });
}

/** Runs a command by its title from the palette. */
export async function run(page: Page, title: string): Promise<void> {
  await search(page, "F1", title);
  await page.keyboard.press("Enter");
}

/** Runs an item of the menu that opens at the cursor. */
export async function contextMenu(page: Page, title: string): Promise<void> {
  await choose(page, "Shift+F10", page.locator(".context-view .action-label", { hasText: title }).first());
}

/** Takes one of the code actions at the cursor. */
export async function codeAction(page: Page, title: string): Promise<void> {
  await choose(page, "ControlOrMeta+.", page.locator(".action-widget .monaco-list-row", { hasText: title }).first());
}

/**
 * Opens a list by a key and clicks an item of it. For a moment after it has opened a menu takes no clicks, so that the one that opened
 * it chooses nothing, and a list of actions is filled in pieces, and moves under a click that comes too early.
 */
async function choose(page: Page, key: string, item: Locator): Promise<void> {
  await page.keyboard.press(key);
  await item.waitFor({ timeout: stepLimit });
  await page.waitForTimeout(500);
  await item.click({ timeout: stepLimit });
  await item.waitFor({ state: "hidden", timeout: stepLimit });
}

/** Opens the Coterie view by its icon in the activity bar. */
export async function openSidebar(page: Page): Promise<void> {
  await page.locator(".activitybar .action-item a[aria-label^='Coterie']").click({ timeout: stepLimit });
  await page.locator(".sidebar .pane-body .monaco-list-row").first().waitFor({ timeout: stepLimit });
}

/**
 * Opens the newest answer of the sidebar and hands back its rows, as a screen reader tells them. An answer that comes in just
 * then renews the tree, and the editor may forget the click: as a user would, it clicks again.
 */
export async function newestAnswer(page: Page): Promise<string[]> {
  const rows = page.locator(".sidebar .pane-body .monaco-list-row");
  const newest = rows.and(page.locator("[data-index='0']")).first();
  const details = rows.and(page.locator("[data-index='1'][aria-level='2']")).first();
  for (const end = Date.now() + stepLimit; ; ) {
    if ((await newest.getAttribute("aria-expanded")) === "false") await newest.click({ timeout: stepLimit });
    try {
      await details.waitFor({ timeout: stepLimit / 5 });
      break;
    } catch (error) {
      if (Date.now() > end) throw error;
    }
  }
  // The list keeps its rows in no order.
  const all = await Promise.all(
    (await rows.all()).map(async (row) => ({
      index: Number(await row.getAttribute("data-index")),
      level: await row.getAttribute("aria-level"),
      text: `${await row.getAttribute("aria-label")} ${await row.textContent()}`,
    })),
  );
  all.sort((a, b) => a.index - b.index);
  const next = all.findIndex(({ index, level }) => index > 0 && level === "1");
  return all.slice(0, next < 0 ? all.length : next).map(({ text }) => text);
}

/** Changes to the dark theme by the palette. */
export const turnDark = (page: Page) => toggleTheme(page, "vs-dark");

/** Changes back to the light one. */
export const turnLight = (page: Page) => toggleTheme(page, "vs");

async function toggleTheme(page: Page, then: "vs" | "vs-dark"): Promise<void> {
  await run(page, "Preferences: Toggle between Light/Dark Themes");
  await page.locator(`.monaco-workbench.${then}`).waitFor({ timeout: stepLimit });
}

/** Waits until one of our web views says something: they are frames in frames. */
export async function pageSays(page: Page, words: string, limit = stepLimit * 2): Promise<void> {
  for (const end = Date.now() + limit; ; ) {
    for (const frame of page.frames()) {
      const said = await frame
        .locator("body")
        .textContent({ timeout: 1_000 })
        .catch(() => ""); // A frame may go meanwhile.
      if (frame !== page.mainFrame() && said?.includes(words)) return;
    }
    if (Date.now() > end) throw new Error(`no page says "${words}"; there is ${await shown(page)}`);
    await page.waitForTimeout(100);
  }
}

/** What the editor shows, in words: tabs, notifications and the beginnings of its frames. */
async function shown(page: Page): Promise<string> {
  const texts = (selector: string) => page.locator(selector).allTextContents();
  const frames = page.frames().filter((frame) => frame !== page.mainFrame());
  const said = await Promise.all(
    frames.map(async (frame) => {
      const text = await frame
        .locator("body")
        .textContent({ timeout: 1_000 })
        .catch((error: unknown) => String(error));
      return `${frame.url().slice(0, 100)}: ${text?.replaceAll(/\s+/g, " ").slice(0, 200)}`;
    }),
  );
  const parts = { tabs: await texts(".tab"), told: await texts(".notification-list-item"), frames: said };
  return JSON.stringify(parts, null, 2);
}

/** Puts a picture into out/screenshots. */
export async function screenshot(page: Page, name: string): Promise<void> {
  const folder = join(root, "out", "screenshots");
  mkdirSync(folder, { recursive: true });
  await page.screenshot({ path: join(folder, `${name}.png`) });
}

/** Opens the menu behind the status bar item. */
export async function openMenu(page: Page): Promise<void> {
  await page.locator(".statusbar-item[id*='coterie'] a").click({ timeout: stepLimit });
  await picking(page, "Coterie");
}

/** Picks an item of the quick pick that is open. A list that has just opened may lose a click: as a user would, it clicks again. */
export async function pick(page: Page, label: string): Promise<void> {
  const row = page.locator(".quick-input-list .monaco-list-row", { hasText: label }).first();
  await row.click({ timeout: stepLimit });
  for (const end = Date.now() + stepLimit; ; ) {
    try {
      await row.waitFor({ state: "hidden", timeout: stepLimit / 10 });
      return;
    } catch (error) {
      if (Date.now() > end) throw error;
      // It may go just now.
      await row.click({ timeout: stepLimit / 10 }).catch(() => undefined);
    }
  }
}

/** What the quick pick offers, in the order of its rows. */
export async function offered(page: Page): Promise<string[]> {
  const rows = page.locator(".quick-input-list .monaco-list-row");
  await rows.first().waitFor({ timeout: stepLimit });
  const labels = await rows.evaluateAll((all) =>
    all
      .map((row) => ({ top: row.getBoundingClientRect().top, text: row.getAttribute("aria-label") ?? "" }))
      .sort((a, b) => a.top - b.top)
      .map(({ text }) => text),
  );
  return labels;
}

/** Waits for the quick pick or input with this title. */
export async function picking(page: Page, title: string): Promise<void> {
  await page.locator(".quick-input-titlebar", { hasText: title }).first().waitFor({ timeout: stepLimit });
}
