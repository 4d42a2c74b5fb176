// What is offered inside a real VS Code: members that exist, parts of a suggestion, alternatives, an untitled document's language.
import { type CompletionList, commands, type TextEditor, Uri, window, workspace } from "vscode";
import { completes, folder } from "./asking.ts";
import { showFile, showUntitled } from "./places.ts";
import { check, settled } from "./settled.ts";

/** No model would write these by itself. */
const members = ["zorbleCount", "quixelName"];
/** Much may follow. */
const sizes = "const width = 3;\nconst height = 4;\nconst size = ";

export const worth: Readonly<Record<string, () => Promise<void>>> = {
  "behind a member access only names come that the TypeScript service offers": async () => {
    await write(
      "src/basket.ts",
      `export interface Basket {\n${members.map((name) => `  ${name}: number;\n`).join("")}}\n`,
    );
    const use =
      'import type { Basket } from "./basket";\n\nexport function pick(basket: Basket): number {\n  return basket.';
    await write("src/pick.ts", `${use}\n}\n`);
    const editor = await showFile("src/pick.ts", "return basket.");
    await settled("the TypeScript service", () => offers(editor, members[0]!), 60_000);
    // What was offered before the service was there is gone with a key.
    await commands.executeCommand("type", { text: "x" });
    await commands.executeCommand("deleteLeft");
    await completes(Promise.resolve(editor));
    const written = editor.document.getText().slice(use.length);
    const name = /^[\w$]*/.exec(written)![0];
    check(members.includes(name), `${name} was written, which Basket does not have`);
  },

  "a suggestion is accepted word by word": async () => {
    const editor = await showUntitled(
      "typescript",
      "export function add(first: number, second: number) {\n  return first + second;\n}\n\nexport function sub(first: number, second: number) {\n  return ",
    );
    const before = editor.document.getText().length;
    await settled(
      "a word",
      async () => {
        await commands.executeCommand("editor.action.inlineSuggest.trigger");
        await pause(3_000);
        await commands.executeCommand("editor.action.inlineSuggest.acceptNextWord");
        return editor.document.getText().length > before;
      },
      60_000,
    );
    const word = editor.document.getText().slice(before);
    check(/^\s*[\w(]+\s*$/.test(word), `"${word}" is more than a word`);
    await settled("the rest", async () => {
      await commands.executeCommand("editor.action.inlineSuggest.commit");
      return editor.document.getText().length > before + word.length;
    });
  },

  "who asks sees an alternative, by the editor's own cycling": async () => {
    const first = await taken(await showUntitled("typescript", sizes), false);
    const second = await taken(await showUntitled("typescript", sizes), true);
    check(first !== second, `"${first}" was offered twice`);
  },

  "an untitled document of Python gets Python": async () => {
    const text = "def add(first, second):\n    return first ";
    const editor = await showUntitled("python", text);
    await completes(Promise.resolve(editor));
    const written = editor.document.getText().slice(text.length);
    check(!/[;{}]/.test(written), `"${written}" is no Python`);
  },
};

/** The text that is put in, of the first suggestion or of the next one. */
async function taken(editor: TextEditor, next: boolean): Promise<string> {
  const before = editor.document.getText();
  await settled(
    "a suggestion",
    async () => {
      await commands.executeCommand("editor.action.inlineSuggest.trigger");
      await pause(3_000);
      if (next) await commands.executeCommand("editor.action.inlineSuggest.showNext");
      await pause(3_000);
      await commands.executeCommand("editor.action.inlineSuggest.commit");
      return editor.document.getText() !== before;
    },
    60_000,
  );
  return editor.document.getText().slice(before.length);
}

async function offers({ document, selection }: TextEditor, name: string): Promise<boolean> {
  check(window.activeTextEditor?.document === document, "another editor is in front");
  const found = await commands.executeCommand<CompletionList>(
    "vscode.executeCompletionItemProvider",
    document.uri,
    selection.active,
  );
  return found.items.some(({ label }) => (typeof label === "string" ? label : label.label) === name);
}

async function write(path: string, text: string): Promise<void> {
  await workspace.fs.writeFile(Uri.joinPath(folder(), path), new TextEncoder().encode(text));
}

const pause = (milliseconds: number) => new Promise((done) => setTimeout(done, milliseconds));
