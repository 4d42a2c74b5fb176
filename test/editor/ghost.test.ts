// What a user sees: type, ghost text, Tab, and the answer with its expert and rule in the sidebar. Leaves screenshots.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import {
  accept,
  ghostText,
  newestAnswer,
  openFile,
  openSidebar,
  save,
  screenshot,
  turnDark,
  type,
  waitForWorkbench,
} from "./driver.ts";
import { openEditor, type Session, variant } from "./harness.ts";

const which = variant();
// Line 21 of the demo's cart.ts is the empty body of the loop in `count`.
const place = { file: "cart.ts", line: 21, column: 5, typed: "pieces +=" };

describe(`a user (${which})`, { timeout: 300_000 }, () => {
  let session: Session;
  before(async () => {
    session = await openEditor(which);
    await waitForWorkbench(session.page);
  });
  after(async () => {
    await screenshot(session.page, `${which}-last`);
    await session.close();
  });

  test("sees ghost text after typing, takes it with Tab, and the file holds it", async () => {
    const { page } = session;
    await openFile(page, place.file, place.line, place.column);
    await type(page, place.typed);
    const ghost = await ghostText(page);
    assert.notEqual(ghost.trim(), "");
    await screenshot(page, `${which}-ghost-light`);
    await accept(page);
    await save(page);
    const line = readFileSync(join(session.folder, "src", place.file), "utf8").split("\n")[place.line - 1];
    assert.equal(line?.trimEnd(), `    ${place.typed}${ghost}`.trimEnd());
  });

  test("finds the answer with expert and rule in the sidebar", async () => {
    const { page } = session;
    await openSidebar(page);
    const rows = (await newestAnswer(page)).join("\n");
    assert.match(rows, /general/);
    assert.match(rows, /built-in#\d+/);
    await screenshot(page, `${which}-sidebar-light`);
  });

  test("sees the same in a dark theme", async () => {
    const { page } = session;
    await turnDark(page);
    await openFile(page, place.file, 28, 3);
    await type(page, "return ");
    assert.notEqual((await ghostText(page)).trim(), "");
    await screenshot(page, `${which}-ghost-dark`);
  });
});
