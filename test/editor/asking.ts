// Asking for completions inside the extension host, and what comes of it.
import { commands, type TextEditor, type Uri, workspace } from "vscode";
import { type Check, check, settled } from "./settled.ts";

/** What every completion test does: put the cursor somewhere, ask, accept. */
const triggerEvery = 5_000;
const answerLimit = 60_000;

export const functionHead = "function add(a: number, b: number): number {\n  return a ";

export function folder(): Uri {
  const uri = workspace.workspaceFolders?.[0]?.uri;
  check(uri !== undefined, "no folder is open");
  return uri;
}

/** Asks for a completion at the cursor, accepts it, and expects text to have been inserted there. */
export async function completes(showing: Promise<TextEditor>): Promise<void> {
  const editor = await showing;
  const before = editor.document.getText().length;
  await settled(
    `a completion in ${editor.document.uri}`,
    async () => {
      await commands.executeCommand("editor.action.inlineSuggest.trigger");
      if (await committed(editor, before, triggerEvery)) return true;
      // The editor does not ask twice about the same text: something is typed and taken back, as a user would.
      await commands.executeCommand("type", { text: "x" });
      await commands.executeCommand("deleteLeft");
      return false;
    },
    answerLimit,
  );
  check(editor.document.getText().length > before, "nothing was inserted");
}

/** Asks for a completion and expects that none comes. */
export async function staysAsItIs(editor: TextEditor): Promise<void> {
  const before = editor.document.getText();
  await commands.executeCommand("editor.action.inlineSuggest.trigger");
  check(!(await committed(editor, before.length, triggerEvery)), `text was offered: ${editor.document.getText()}`);
}

/** Whether there was ghost text to accept within `limit` milliseconds. */
async function committed(editor: TextEditor, before: number, limit: number): Promise<boolean> {
  const grown: Check = async () => {
    await commands.executeCommand("editor.action.inlineSuggest.commit");
    return editor.document.getText().length > before;
  };
  return settled("ghost text", grown, limit).then(
    () => true,
    () => false,
  );
}
