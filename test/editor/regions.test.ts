// One file, several experts: a user writes prose, a formula, a docstring, code and a comment, and sees who answers each. Then the
// menu behind the status bar item. Leaves screenshots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import {
  ghostText,
  newestAnswer,
  offered,
  openFile,
  openMenu,
  openSidebar,
  pick,
  screenshot,
  turnDark,
  turnLight,
  type,
} from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { editorOf } from "./session.ts";

const which = variant();
const file = "circles.md";

/** The end of the line that a place is at, and who answers there by which rule. */
const places = [
  { what: "prose", line: "The diameter of a circle is twice", expert: "docs", rule: "built-in#6" },
  { what: "a formula", line: "C = 2 \\pi", expert: "math", rule: "built-in#2" },
  { what: "a docstring in a fence", line: '"""Return the circumference of', expert: "docs", rule: "built-in#5" },
  { what: "code in a fence", line: "return 2 * math.pi *", expert: "code", rule: "built-in#7" },
  { what: "a comment in a fence", line: "# Print the area of", expert: "docs", rule: "built-in#5" },
];

describe(`regions and switches (${which})`, { timeout: 400_000 }, () => {
  const session = editorOf(`${which}-regions-last`, () => openEditor(which));
  before(async () => {
    await openFile(session().page, "cart.ts", 24, 3);
    await type(session().page, "return ");
    await ghostText(session().page);
    await openSidebar(session().page);
  });

  /** Goes behind a line of the file; where it was written on before, so many characters further. Returns its number, from 0. */
  async function goTo(line: string, further: number): Promise<number> {
    const { page, folder } = session();
    const lines = readFileSync(join(folder, "docs", file), "utf8").split("\n");
    const at = lines.findLastIndex((each) => each.endsWith(line));
    await openFile(page, file, at + 1, lines[at]!.length + 1 + further);
    return at;
  }

  for (const { what, line, expert, rule } of places) {
    test(`${what} is answered by ${expert}`, async () => {
      const { page } = session();
      const at = await goTo(line, 0);
      await type(page, " ");
      const ghost = await ghostText(page);
      const newest = page.locator(".sidebar .pane-body .monaco-list-row[data-index='0']", { hasText: ghost.trim() });
      await newest.first().waitFor({ timeout: 20_000 });
      // Before the answer is opened: an editor that is not in focus shows no ghost text.
      await screenshot(page, `${which}-region-${expert}-${at}`);
      const rows = (await newestAnswer(page)).join("\n");
      assert.match(rows, new RegExp(`Expert: ${expert}`));
      assert.match(rows, new RegExp(`Rule: ${rule}(?!\\d)`));
    });
  }

  test("the same in a dark theme", async () => {
    const { page } = session();
    await turnDark(page);
    for (const { line, expert } of places) {
      const at = await goTo(line, 1);
      await page.keyboard.press("Backspace");
      await type(page, " ");
      await ghostText(page);
      await screenshot(page, `${which}-region-${expert}-${at}-dark`);
    }
    await turnLight(page);
  });

  test("the menu offers the switches, and they do what they say", async () => {
    const { page } = session();
    const off = page.locator(".statusbar-item[id*='coterie'] .codicon-circle-slash");
    const isOff = () => off.waitFor({ timeout: 20_000 });
    const isOn = () => off.waitFor({ state: "detached", timeout: 20_000 });
    await menuSays(page, 0, /Turn completions off/);
    const rows = await offered(page);
    const expected = ["Turn completions off", "Pause for 5 minutes", "Pause for 30 minutes", "Turn off for markdown"];
    expected.push("Turn off in comments and strings", "Only when I ask", "Explain Routing Here");
    for (const [i, words] of expected.entries()) assert.ok(rows[i]?.includes(words), `${rows[i]} instead of ${words}`);
    await screenshot(page, `${which}-menu-light`);
    await pick(page, "Pause for 30 minutes");
    await isOff();
    await turnDark(page);
    await menuSays(page, 1, /End the pause.*Completions pause until/);
    await screenshot(page, `${which}-menu-dark`);
    await pick(page, "End the pause");
    await isOn();
    await menuSays(page, 3, /Turn off for markdown/);
    await pick(page, "Turn off for markdown");
    await isOff();
    await menuSays(page, 3, /Turn on for markdown.*is off/);
    await pick(page, "Turn on for markdown");
    await isOn();
    await menuSays(page, 4, /Turn off in comments and strings/);
    await pick(page, "Turn off in comments and strings");
    await menuSays(page, 4, /Turn on in comments and strings/);
    await pick(page, "Turn on in comments and strings");
    await menuSays(page, 5, /Only when I ask.*they come by themselves/);
    await pick(page, "Only when I ask");
    await menuSays(page, 5, /By themselves.*they come only when asked for/);
    await pick(page, "By themselves");
    await menuSays(page, 0, /Turn completions off/);
    await pick(page, "Turn completions off");
    await isOff();
    await menuSays(page, 0, /Turn completions on/);
    await pick(page, "Turn completions on");
    await isOn();
  });
});

/** Opens the menu until a row of it says something: a setting that was changed just now may not have come through. */
async function menuSays(page: Page, index: number, words: RegExp): Promise<void> {
  for (const end = Date.now() + 20_000; ; ) {
    await openMenu(page);
    const said = (await offered(page))[index] ?? "";
    if (words.test(said)) return;
    if (Date.now() > end) assert.match(said, words);
    await page.keyboard.press("Escape");
  }
}
