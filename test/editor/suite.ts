// The tests that run inside the extension host of a real VS Code; out/tests.js is this file, bundled.
import { writeFileSync } from "node:fs";
import { type CodeAction, commands, extensions, lm, Range, Uri, workspace } from "vscode";
import { completes, folder, functionHead, staysAsItIs } from "./asking.ts";
import { newCell, showFile, showUntitled } from "./places.ts";
import { serversBelow } from "./servers.ts";
import { check, settled } from "./settled.ts";
import { switches } from "./switches.ts";
import { worth } from "./worth.ts";

const id = "coterie.coterie";

/** Called by VS Code. Writes every test's outcome to COTERIE_RESULTS, then throws if any failed. */
export async function run(): Promise<void> {
  const outcomes: { name: string; error: string | null }[] = [];
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      outcomes.push({ name, error: null });
    } catch (error) {
      outcomes.push({ name, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
    console.log(`${outcomes.at(-1)?.error === null ? "passed" : "failed"}: ${name}`);
  }
  const file = process.env["COTERIE_RESULTS"];
  if (!file) throw new Error("COTERIE_RESULTS does not name the file for the results");
  writeFileSync(file, JSON.stringify(outcomes));
  const failed = outcomes.filter((each) => each.error !== null).length;
  if (failed > 0) throw new Error(`${failed} of ${outcomes.length} tests failed`);
}

const tests: Readonly<Record<string, () => Promise<void>>> = {
  "the extension under test is the one that is meant": async () => {
    const extension = extensions.getExtension(id);
    check(extension !== undefined, `${id} is not installed`);
    await extension.activate();
    check(extension.isActive, "it does not become active");
    const wanted = process.env["COTERIE_VARIANT"];
    const installed = /[\\/]extensions[\\/]coterie\.coterie-/.test(extension.extensionPath);
    check(installed === (wanted === "vsix"), `for ${wanted} it was loaded from ${extension.extensionPath}`);
  },

  "every command of the manifest is registered": async () => {
    const declared: readonly { command: string }[] = extensions.getExtension(id)?.packageJSON.contributes.commands;
    const known = new Set(await commands.getCommands(true));
    const missing = declared.filter(({ command }) => !known.has(command));
    check(declared.length >= 6 && missing.length === 0, `not registered: ${missing.map((each) => each.command)}`);
  },

  "TypeScript is completed": () => completes(showFile("src/cart.ts", "sum += item.price * ")),
  "Python is completed": () => completes(showFile("tools/report.py", "return sum(sale.price * ")),
  "an untitled document is completed": () => completes(showUntitled("typescript", functionHead)),
  "a notebook cell is completed": () => completes(newCell("python", "for i in range(10):\n    print(")),

  "explaining and documenting are offered on a function's head, and not elsewhere": async () => {
    const editor = await showUntitled("typescript", "function add(a: number) {\n  return 1;\n}\n");
    const offered = async (line: number) => {
      const at = new Range(line, 0, line, 0);
      const { uri } = editor.document;
      const actions = await commands.executeCommand<CodeAction[]>("vscode.executeCodeActionProvider", uri, at);
      return actions.filter(({ title }) => title.endsWith("(Coterie)")).map(({ title }) => title);
    };
    const onHead = await offered(0);
    check(onHead.length === 2, `on the head are offered: ${onHead}`);
    check((await offered(2)).length === 0, "something is offered on a closing brace");
  },

  "a formula is replaced with its result, in one edit that undo takes back": async () => {
    const editor = await showUntitled("markdown", "It is 0.1+0.2 exactly.");
    const range = new Range(0, 6, 0, 13);
    await commands.executeCommand("coterie.replaceWithResult", editor.document.uri.toString(), range);
    check(editor.document.getText() === "It is 0.3 exactly.", `it became ${editor.document.getText()}`);
    await commands.executeCommand("undo");
    check(editor.document.getText() === "It is 0.1+0.2 exactly.", `undo left ${editor.document.getText()}`);
    const offered = async (at: Range) => {
      const actions = await commands.executeCommand<CodeAction[]>(
        "vscode.executeCodeActionProvider",
        editor.document.uri,
        at,
      );
      return actions.some(({ title }) => title.startsWith("Replace with Result"));
    };
    // Asked again: while the editor is busy with the undone edit it may answer a request with nothing.
    await settled("a code action for a formula", () => offered(range));
    check(!(await offered(new Range(0, 0, 0, 5))), "a code action is offered for words");
  },

  "a file that holds secrets is not completed": async () => {
    const file = Uri.joinPath(folder(), "secrets", "cart.ts");
    await workspace.fs.writeFile(file, new TextEncoder().encode(functionHead));
    await staysAsItIs(await showFile("secrets/cart.ts", functionHead));
  },

  "nothing is offered while completions are off, and again afterwards": async () => {
    await commands.executeCommand("coterie.toggle");
    await settled("coterie.enable to be false", () => workspace.getConfiguration("coterie").get("enable") === false);
    await staysAsItIs(await showUntitled("typescript", functionHead));
    await commands.executeCommand("coterie.toggle");
    await settled("coterie.enable to be true", () => workspace.getConfiguration("coterie").get("enable") === true);
    await completes(showUntitled("typescript", functionHead));
  },

  "the model on this machine answers other extensions, where the editor has such models": async () => {
    if (!("registerLanguageModelChatProvider" in lm)) return;
    let [model] = await lm.selectChatModels({ vendor: "coterie" });
    await settled("the model to be offered", async () => {
      [model] = await lm.selectChatModels({ vendor: "coterie" });
      return model !== undefined;
    });
    check(model?.id === "local" && model.maxInputTokens === 1024, `it is ${model?.id}, ${model?.maxInputTokens}`);
    check((await model.countTokens("three words here")) > 1, "it counts no tokens");
  },

  ...worth,
  ...switches,

  "a killed server costs no text and is back within 5 s": async () => {
    if (process.platform === "win32") return;
    const [before] = serversBelow(process.pid);
    check(before !== undefined, "no server process");
    const editor = await showUntitled("typescript", functionHead);
    const text = editor.document.getText();
    await commands.executeCommand("editor.action.inlineSuggest.trigger");
    process.kill(before, "SIGKILL");
    await settled("a new server", () => serversBelow(process.pid).some((pid) => pid !== before), 5_000);
    check(editor.document.getText() === text, "the text changed");
    await completes(Promise.resolve(editor));
  },
};
