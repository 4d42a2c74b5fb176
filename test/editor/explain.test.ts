// What a user sees of explaining and documenting in the middle: cancelling, failures, and what the language service adds.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, test } from "node:test";
import { codeAction, contextMenu, openFile, pageSays, run, screenshot } from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { answer, clear, told, toldAlone } from "./notices.ts";
import { whileServersStand } from "./servers.ts";
import { editorOf } from "./session.ts";

const which = variant();
const slow = "export function slowly(count: number): number {\n  return count + 1;\n}\n";

describe(`a user explains and cancels (${which})`, { timeout: 300_000 }, () => {
  const session = editorOf(`${which}-explain-last`, () => openEditor(which, { "coterie.automatic": false }));

  test("cancels an explanation, and the page says so once", async () => {
    const { page, folder } = session();
    writeFileSync(join(folder, "src", "slow.ts"), slow);
    await openFile(page, "slow.ts", 1, 20);
    await whileServersStand(async () => {
      await run(page, "Coterie: Explain");
      await told(page, "Coterie: explaining");
      await answer(page, "Cancel");
    });
    await pageSays(page, "You have cancelled it");
    await screenshot(page, `${which}-cancelled-light`);
    assert.equal(readFileSync(join(folder, "src", "slow.ts"), "utf8"), slow);
    await clear(page);
  });

  test("cancels a comment: nothing is put in, and it says so once", async () => {
    const { page, folder } = session();
    await openFile(page, "slow.ts", 1, 20);
    await whileServersStand(async () => {
      await contextMenu(page, "Write a Comment");
      await told(page, "Coterie: writing a comment");
      await answer(page, "Cancel");
    });
    await toldAlone(page, "cancelled; nothing was inserted");
    assert.equal(await page.locator(".tab.dirty").count(), 0);
    assert.equal(readFileSync(join(folder, "src", "slow.ts"), "utf8"), slow);
    await clear(page);
  });

  test("sees who calls a function and where it is used, from the language service", async () => {
    const { page } = session();
    await openFile(page, "format.ts", 5, 18);
    await contextMenu(page, "Explain");
    await pageSays(page, "Facts, from the language service");
    await pageSays(page, "line (src/format.ts:10)");
    await pageSays(page, "src/format.ts:11");
    await clear(page);
  });

  test("has a problem explained by a code action at it", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 23, 46);
    await page.locator(".squiggly-error").first().waitFor({ timeout: 60_000 });
    await codeAction(page, "Explain (Coterie)");
    await pageSays(page, "must return a value");
    await pageSays(page, "isEmpty(items: Item[]): boolean");
    await screenshot(page, `${which}-problem-light`);
    await clear(page);
  });

  test("is told once, in words, where there is nothing to explain", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", 7, 1);
    await run(page, "Coterie: Explain");
    await toldAlone(page, "There is nothing to explain here");
    await clear(page);
  });
});
