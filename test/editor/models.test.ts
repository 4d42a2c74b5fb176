// A user brings a model and goes back, and asks an expert on another machine, which is played here. Leaves screenshots.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import type { Page } from "playwright-core";
import { root } from "../../scripts/editor.ts";
import { importModel } from "../../server/packs/importing.ts";
import { writeSparse } from "../sparse.ts";
import { event, serverThat, stream } from "../wire/elsewhere.ts";
import {
  ghostText,
  newestAnswer,
  openFile,
  openSidebar,
  pageSays,
  pick,
  picking,
  run,
  screenshot,
  turnDark,
  type,
} from "./driver.ts";
import { openEditor, variant } from "./harness.ts";
import { told } from "./notices.ts";
import { editorOf } from "./session.ts";

const which = variant();
const weights = join(root, "experts", "backbone", "SmolLM2-135M-Instruct.Q4_1.gguf");
const small = join(root, "test", "engine", "reference", "own", "qwen2-small.gguf");
const place = { line: 24, typed: "return " };

/** Waits until the status item says something. */
async function statusSays(page: Page, words: string): Promise<void> {
  await page.locator(".statusbar-item[id*='coterie']", { hasText: words }).waitFor({ timeout: 60_000 });
}

/**
 * Names a model in the editor's dialog and waits for what comes of it. The dialog first looks at the folder, and then sets its text
 * anew; an Enter before that is lost, and where it loses the focus meanwhile it goes: then it is opened again.
 */
async function choose(page: Page, how: "Import a GGUF File" | "Import a Folder", path: string): Promise<void> {
  const choices = page.locator(".quick-input-list .monaco-list-row", { hasText: "of memory" }).first();
  const dialog = page.locator(".quick-input-titlebar", { hasText: "Import a Model" });
  const input = page.locator(".quick-input-widget input[type='text']").first();
  for (const end = Date.now() + 60_000; !(await choices.isVisible()); await page.waitForTimeout(500)) {
    assert.ok(Date.now() < end, "waited 60 s for the choice of bits");
    if (!(await dialog.isVisible())) {
      // What was chosen may be being looked at.
      await page.waitForTimeout(3_000);
      if ((await choices.isVisible()) || (await dialog.isVisible())) continue;
      await run(page, "Coterie: Use Your Own Model");
      await picking(page, "Use Your Own Model");
      await pick(page, how);
      await picking(page, "Import a Model");
      continue;
    }
    // Not long: the dialog may close between the look and the act. A folder is shown with a slash behind it once it is entered.
    const named = await input.inputValue({ timeout: 1_000 }).catch(() => "");
    if (named.replace(/[\\/]$/, "") === path) await page.keyboard.press("Enter");
    else await input.fill(path, { timeout: 1_000 }).catch(() => undefined);
    await screenshot(page, `${which}-model-file`);
  }
}

describe(`a user with a model (${which})`, { timeout: 300_000 }, () => {
  const session = editorOf(`${which}-model-last`, () => openEditor(which, { "files.simpleDialog.enable": true }));

  test("imports it, having been told what it takes, and is answered by it", async () => {
    const { page } = session();
    await run(page, "Coterie: Use Your Own Model");
    await picking(page, "Use Your Own Model");
    await screenshot(page, `${which}-model-list`);
    await pick(page, "Import a GGUF File");
    await choose(page, "Import a GGUF File", weights);
    await screenshot(page, `${which}-model-bits`);
    await pick(page, "8 bits");
    await statusSays(page, "SmolLM2-135M-Instruct");
    await screenshot(page, `${which}-model-ready`);
    await openFile(page, "cart.ts", place.line, 3);
    await type(page, place.typed);
    assert.notEqual((await ghostText(page)).trim(), "");
    await openSidebar(page);
    assert.match((await newestAnswer(page)).join("\n"), /smollm2-135m-instruct-q4-1[\s\S]*setting#1/);
    await screenshot(page, `${which}-model-light`);
    await turnDark(page);
    await screenshot(page, `${which}-model-dark`);
  });

  test("goes back to the embedded model, and removes the other one", async () => {
    const { page } = session();
    await run(page, "Coterie: Use Your Own Model");
    await picking(page, "Use Your Own Model");
    await screenshot(page, `${which}-model-list-dark`);
    await pick(page, "Embedded model");
    const answers = page.locator(".sidebar .pane-body .monaco-list-row[aria-level='1']");
    await page.locator(".tab.active").click();
    for (const end = Date.now() + 60_000; !/\bcode\b/.test((await answers.first().textContent()) ?? ""); ) {
      assert.ok(Date.now() < end, "waited 60 s for an answer of the embedded model");
      await type(page, "!");
      await page.waitForTimeout(2_000);
      await page.keyboard.press("Backspace");
    }
    await run(page, "Coterie: Use Your Own Model");
    await picking(page, "Use Your Own Model");
    const row = page.locator(".quick-input-list .monaco-list-row", { hasText: "SmolLM2-135M-Instruct.Q4_1" }).first();
    await row.hover();
    await row.locator(".codicon-trash").click();
    await page
      .locator(".monaco-dialog-box button, .monaco-dialog-box .monaco-button", { hasText: "Remove" })
      .first()
      .click();
    const models = join(session().folder, "..", ".coterie", "models");
    for (const end = Date.now() + 20_000; readdirSync(models).length > 0; ) {
      assert.ok(Date.now() < end, "waited 20 s for the model to be removed");
      await page.waitForTimeout(100);
    }
    await screenshot(page, `${which}-model-removed`);
  });
});

describe(`a user whose model cannot be asked (${which})`, { timeout: 300_000 }, () => {
  const session = editorOf(`${which}-model-gone-last`, () =>
    openEditor(which, { "coterie.model": "mine", "files.simpleDialog.enable": true }),
  );
  const models = () => join(session().folder, "..", ".coterie", "models");

  test("is told so, and can choose another one", async () => {
    const { page } = session();
    const said = await told(page, 'the setting coterie.model names "mine", which is not there', 120);
    await screenshot(page, `${which}-model-gone`);
    await said.locator(".monaco-button", { hasText: "Choose a Model" }).click();
    await picking(page, "Use Your Own Model");
    await page.keyboard.press("Escape");
  });

  test("cancels the import of a large one, and nothing of it stays", async () => {
    const { page } = session();
    const large = join(session().folder, "..", "large");
    writeSparse(large, { layers: 24, hidden: 2048, forward: 8192, heads: 32, vocabulary: 500 });
    await run(page, "Coterie: Use Your Own Model");
    await picking(page, "Use Your Own Model");
    await pick(page, "Import a Folder");
    await choose(page, "Import a Folder", large);
    await screenshot(page, `${which}-model-large`);
    await pick(page, "8 bits");
    const compiling = await told(page, "compiling large", 60);
    await compiling.filter({ hasText: /[1-9]\d* %/ }).waitFor({ timeout: 60_000 });
    await screenshot(page, `${which}-model-compiling`);
    await compiling.locator(".monaco-button", { hasText: "Cancel" }).click();
    await page
      .locator(".statusbar-item", { hasText: "large was not imported; nothing of it was kept." })
      .waitFor({ timeout: 60_000 });
    await screenshot(page, `${which}-model-cancelled`);
    assert.deepEqual(readdirSync(models()), []);
  });

  test("compiles the one of another version of Coterie again", async () => {
    const { page } = session();
    const home = join(session().folder, "..", ".coterie");
    const places = { experts: join(root, "experts"), userExperts: join(home, "experts"), userModels: models() };
    const { folder } = importModel({ path: small, bits: 8, id: "mine" }, places, () => undefined);
    const about = join(folder, "model.json");
    writeFileSync(about, JSON.stringify({ ...JSON.parse(readFileSync(about, "utf8")), compiler: 1 }));
    renameSync(folder, join(models(), "a".repeat(64)));
    await run(page, "Coterie: Use Your Own Model");
    await picking(page, "Use Your Own Model");
    await screenshot(page, `${which}-model-outdated`);
    await pick(page, "made by another version of Coterie");
    await statusSays(page, "qwen2-small");
    assert.equal(readdirSync(models()).length, 1);
    await screenshot(page, `${which}-model-again`);
  });
});

describe(`a user with an expert on another machine (${which})`, { timeout: 300_000 }, () => {
  let elsewhere: Awaited<ReturnType<typeof serverThat>>;
  before(async () => {
    elsewhere = await serverThat((response) => {
      stream(response).end(`${event("items.length === 0;", "stop")}data: [DONE]\n\n`);
    });
  });
  const session = editorOf(`${which}-remote-last`, () => {
    const experts = { team: { url: elsewhere.url, model: "rust-lora", title: "Team" } };
    return openEditor(which, { "coterie.remoteExperts": experts, "coterie.model": "team" });
  });
  after(() => elsewhere.close());
  /** What the last request carried as its key. */
  const key = () => elsewhere.heard.at(-1)!.headers.authorization;

  test("sees in status bar and sidebar that the text has left the machine", async () => {
    const { page } = session();
    await openFile(page, "cart.ts", place.line, 3);
    await type(page, place.typed);
    assert.equal(await ghostText(page), "items.length === 0;");
    await page.locator(".statusbar-item[id*='coterie'] .codicon-cloud-upload").waitFor({ timeout: 20_000 });
    await openSidebar(page);
    assert.match(
      (await newestAnswer(page)).join("\n"),
      new RegExp(`team.*sent to ${elsewhere.host}[\\s\\S]*left this machine`),
    );
    await screenshot(page, `${which}-remote-light`);
    await turnDark(page);
    await screenshot(page, `${which}-remote-dark`);
  });

  test("gives it a key, which goes along from then on, and takes the key back", async () => {
    const { page } = session();
    assert.equal(key(), undefined);
    const give = async (text: string, done: string) => {
      await run(page, "Coterie: Set the Key of a Remote Expert");
      await picking(page, "Set the Key of a Remote Expert");
      await pick(page, "Team");
      await page.locator(".quick-input-widget input[type='password']").first().fill(text);
      await page.keyboard.press("Enter");
      await page.locator(".statusbar-item", { hasText: done }).waitFor({ timeout: 20_000 });
    };
    const askAnew = async () => {
      const before = elsewhere.heard.length;
      await openFile(page, "cart.ts", place.line, 10);
      await type(page, "!");
      for (const end = Date.now() + 20_000; elsewhere.heard.length === before; await page.waitForTimeout(100))
        assert.ok(Date.now() < end, "nobody has asked");
    };
    await give("s3cret", "Team has a key now");
    await askAnew();
    assert.equal(key(), "Bearer s3cret");
    await give("", "Team has no key any more");
    await askAnew();
    assert.equal(key(), undefined);
  });

  test("is answered on this machine, with the reason, when the other one is gone", async () => {
    const { page } = session();
    await elsewhere.close();
    await openFile(page, "cart.ts", place.line, 10);
    await type(page, "!");
    await page.locator(".statusbar-item[id*='coterie'] .codicon-sparkle").waitFor({ timeout: 60_000 });
    const rows = page.locator(".sidebar .pane-body .monaco-list-row");
    await rows.filter({ hasText: "general ·" }).first().click();
    await page.keyboard.press("ArrowRight");
    await rows.filter({ hasText: "team: it cannot be reached (ECONNREFUSED)" }).first().waitFor({ timeout: 20_000 });
    await screenshot(page, `${which}-remote-gone`);
  });

  test("is told so by the proof that it is offline", async () => {
    const { page } = session();
    await run(page, "Coterie: Prove It Is Offline");
    await pageSays(page, "No, by your own settings.");
    await screenshot(page, `${which}-remote-offline`);
  });
});
