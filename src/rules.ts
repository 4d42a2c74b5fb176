// Opens the rule files, and makes one that explains itself where there is none.
import { homedir } from "node:os";
import * as vscode from "vscode";

const template = `{
  // Who answers where. The first rule that matches is used; without one Coterie's own rules decide.
  // A rule may name a task (complete, explain, document, calculate, plan, name, chat), a language,
  // a path and a region (code, comment, docstring, string, math, prose); what it does not name matches always.
  "rules": [
    // { "language": "markdown", "path": "docs/**", "expert": "docs", "because": "these files are prose" },
    // { "region": "math", "expert": "math", "because": "formulas need arithmetic" }
  ]
}
`;

interface Choice extends vscode.QuickPickItem {
  readonly uri: vscode.Uri;
}

/** Opens the user's rules, or after a choice those of a workspace folder; made from a template where there are none. */
export async function openRules(): Promise<void> {
  const choices = [choice("Your rules", "for every workspace on this machine", vscode.Uri.file(homedir()))];
  if (vscode.workspace.isTrusted) {
    for (const folder of vscode.workspace.workspaceFolders ?? []) {
      if (folder.uri.scheme !== "file") continue;
      choices.push(choice(`Rules of ${folder.name}`, "these go before your own", folder.uri));
    }
  }
  const [first] = choices;
  const chosen = choices.length === 1 ? first : await vscode.window.showQuickPick(choices, { title: "Open Rules" });
  if (!chosen) return;
  await makeIfMissing(chosen.uri);
  await vscode.window.showTextDocument(chosen.uri);
}

function choice(label: string, description: string, folder: vscode.Uri): Choice {
  const uri = vscode.Uri.joinPath(folder, ".coterie", "rules.json");
  return { label, description, detail: uri.fsPath, uri };
}

async function makeIfMissing(uri: vscode.Uri): Promise<void> {
  try {
    await vscode.workspace.fs.stat(uri);
  } catch (error) {
    if (!(error instanceof vscode.FileSystemError) || error.code !== "FileNotFound") throw error;
    await vscode.workspace.fs.writeFile(uri, new TextEncoder().encode(template));
  }
}
