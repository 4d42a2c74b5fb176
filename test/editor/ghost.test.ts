// What a user sees: type, ghost text, Tab, and the answer with its expert and rule in the sidebar. Leaves screenshots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import {
  accept,
  ghostText,
  newestAnswer,
  openFile,
  openSidebar,
  pageSays,
  run,
  save,
  screenshot,
  turnDark,
  type,
} from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { editorOf } from "./session.ts";

const which = variant();
// Lines of the demo's cart.ts: the empty bodies of `expensive` and of `isEmpty`.
const first = { line: 19, typed: "return items.filter(" };
const second = { line: 24, typed: "return " };
/** The editor's own list, which may open at any time, would take Tab for its first item. */
const withoutList = { "editor.quickSuggestions": false, "editor.suggestOnTriggerCharacters": false };

describe(`a user (${which})`, { timeout: 300_000 }, () => {
  const session = editorOf(`${which}-last`, () => openEditor(which, withoutList));

  test("sees ghost text after typing, takes it with Tab, and the file holds it", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", first.line, 3);
    await type(page, first.typed);
    const ghost = await ghostText(page);
    assert.notEqual(ghost.trim(), "");
    await screenshot(page, `${which}-typing`);
    await accept(page);
    await save(page);
    const lines = readFileSync(join(session().folder, "src", "cart.ts"), "utf8").split("\n");
    assert.equal(lines[first.line - 1], `  ${first.typed}${ghost})`, "the editor has put in the bracket that closes");
  });

  test("finds the answer with expert and rule in the sidebar", async () => {
    const { page } = session();
    await openSidebar(page);
    const rows = (await newestAnswer(page)).join("\n");
    assert.match(rows, /code/);
    assert.match(rows, /built-in#\d+/);
    await screenshot(page, `${which}-sidebar`);
  });

  test("sees the figures of the team, and the page keeps to its content security policy", async () => {
    const { page } = session();
    const violations: string[] = [];
    page.on("console", (message) => {
      if (/Content.Security.Policy/i.test(message.text()) && /figures\.|webview\.|coterie/i.test(message.text())) {
        violations.push(message.text());
      }
    });
    await page.locator(".sidebar .pane-header", { hasText: "Team" }).click();
    await pageSays(page, "Answers by expert");
    await pageSays(page, "Weights of backbone, experts and head");
    await screenshot(page, `${which}-team`);
    await page.locator(".sidebar .pane-header", { hasText: "Team" }).click();
    assert.deepEqual(violations, []);
  });

  test("sees ghost text and sidebar together, in a light and in a dark theme", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", second.line, 3);
    await type(page, second.typed);
    const light = await ghostText(page);
    assert.notEqual(light.trim(), "");
    await screenshot(page, `${which}-light`);
    await turnDark(page);
    await page.keyboard.press("Backspace");
    await type(page, " ");
    // What is offered behind the word before is typed through, and may end one token earlier.
    const dark = await ghostText(page);
    assert.ok(dark.trim() !== "" && (light.startsWith(dark) || dark.startsWith(light)), `${dark} instead of ${light}`);
    await screenshot(page, `${which}-dark`);
  });

  test("has a function explained: facts, then the model's words, with who wrote them and why", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 9, 18);
    await run(page, "Coterie: Explain");
    await pageSays(page, "Facts, from the syntax tree");
    await pageSays(page, "built-in#3");
    await screenshot(page, `${which}-explanation`);
  });

  test("has a formula calculated, and sees whose the result is", async () => {
    const { page } = session();
    await run(page, "Coterie: Calculate...");
    await page.locator(".quick-input-widget input[placeholder*='15% of 240']").waitFor({ timeout: 20_000 });
    await page.keyboard.type("12 * 7 + 5");
    await page.keyboard.press("Enter");
    await pageSays(page, "Worked out by the algebra library.");
    await pageSays(page, "89");
    await screenshot(page, `${which}-calculation`);
    // The page of before stands in the same column, and says the same when it is looked at again.
    await page.locator(".tab", { hasText: "Explanation" }).click();
    await pageSays(page, "Facts, from the syntax tree");
  });

  test("lets Coterie test itself and prove that it is offline", async () => {
    const { page } = session();
    await run(page, "Coterie: Run the Self-Test");
    await pageSays(page, "Everything works.");
    await screenshot(page, `${which}-self-test`);
    await run(page, "Coterie: Prove It Is Offline");
    await pageSays(page, "has no network socket open");
    await screenshot(page, `${which}-offline`);
  });
});
