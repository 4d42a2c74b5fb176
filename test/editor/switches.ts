// The quick controls inside a real VS Code: a pause, and a language that is off by every path.
import { commands, workspace } from "vscode";
import { completes, functionHead, staysAsItIs } from "./asking.ts";
import { newCell, showFile, showUntitled } from "./places.ts";
import { settled } from "./settled.ts";

const python = "def add(first, second):\n    return first ";

export const switches: Readonly<Record<string, () => Promise<void>>> = {
  "a pause is silent, and can be ended": async () => {
    await choose("coterie.snooze");
    await staysAsItIs(await showUntitled("typescript", functionHead));
    await choose("coterie.snooze");
    await completes(showUntitled("typescript", functionHead));
  },

  "a language that is off is off in files, untitled documents and notebook cells, others are not": async () => {
    const isOff = (off: boolean) => () =>
      (workspace.getConfiguration("coterie").get<Record<string, boolean>>("languages")?.["python"] === false) === off;
    await showUntitled("python", python);
    await commands.executeCommand("coterie.toggleLanguage");
    await settled("Python to be off", isOff(true));
    await staysAsItIs(await showUntitled("python", python));
    await staysAsItIs(await showFile("tools/report.py", "return sum(sale.price * "));
    await staysAsItIs(await newCell("python", python));
    await completes(showUntitled("typescript", functionHead));
    await showUntitled("python", python);
    await commands.executeCommand("coterie.toggleLanguage");
    await settled("Python to be on", isOff(false));
    await completes(showUntitled("python", python));
  },
};

/** Runs a command that asks, and takes the first choice: in a pause that is its end, else five minutes. */
async function choose(command: string): Promise<void> {
  const chosen = commands.executeCommand(command);
  let done = false;
  void chosen.then(() => {
    done = true;
  });
  await settled("a choice", async () => {
    await commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
    return done;
  });
}
