// The tree of the plan: its steps with state and expert, and below each what it changes, ticked where it is to be done.
import * as vscode from "vscode";
import type { PlannedStep, PlanRun } from "../server/planning.ts";
import type { Command } from "./ids.ts";

export interface StepNode {
  readonly step: PlannedStep;
}
/** What a command about a plan may be given from outside the tree: another plan may stand there by then. */
export interface RunNode {
  readonly run: string;
  readonly step?: PlannedStep;
}
interface HunkNode {
  readonly step: PlannedStep;
  readonly hunk: { readonly id: string; readonly label: string; readonly detail: string };
}
interface LineNode {
  readonly step: PlannedStep;
  readonly line: { readonly label: string; readonly value: string; readonly icon: string };
}
type Node = StepNode | HunkNode | LineNode;

const icons: Readonly<Record<PlannedStep["state"], string>> = {
  proposed: "circle-large-outline",
  ready: "circle-large-outline",
  applied: "circle-large-filled",
  verified: "pass",
  failed: "error",
  skipped: "debug-step-over",
  undone: "discard",
};

export class PlanView implements vscode.TreeDataProvider<Node>, vscode.Disposable {
  private readonly emitter = new vscode.EventEmitter<void>();
  readonly onDidChangeTreeData = this.emitter.event;
  private run: PlanRun | null = null;
  /** Hunks that the user has unticked, by step. */
  private readonly unticked = new Map<string, Set<string>>();

  get plan(): PlanRun | null {
    return this.run;
  }

  show(run: PlanRun | null): void {
    for (const { id, edits } of this.run?.steps ?? []) {
      const now = run?.run === this.run?.run ? run?.steps.find((step) => step.id === id) : undefined;
      // A choice is one of these edits.
      if (JSON.stringify(now?.edits) !== JSON.stringify(edits)) this.unticked.delete(id);
    }
    this.run = run;
    this.emitter.fire();
  }

  /** Ids of the hunks of a step that are left out. */
  left(step: string): readonly string[] {
    return [...(this.unticked.get(step) ?? [])];
  }

  tick(items: readonly (readonly [Node, vscode.TreeItemCheckboxState])[]): void {
    for (const [node, state] of items) {
      if (!("hunk" in node)) continue;
      const own = this.unticked.get(node.step.id) ?? new Set();
      if (state === vscode.TreeItemCheckboxState.Checked) own.delete(node.hunk.id);
      else own.add(node.hunk.id);
      this.unticked.set(node.step.id, own);
    }
  }

  getChildren(node?: Node): Node[] {
    if (node === undefined) return (this.run?.steps ?? []).map((step) => ({ step }));
    if ("hunk" in node || "line" in node) return [];
    const { step } = node;
    const { expert, check, spent } = step;
    const next = expert.runnerUp ? `${expert.runnerUp.id} (${expert.runnerUp.score})` : "nobody";
    const lines = [
      { label: "Expert", value: `${expert.id} (${expert.score})`, icon: "account" },
      { label: "Runner-up", value: next, icon: "organization" },
      { label: "Because", value: expert.because, icon: "question" },
      ...(step.after.length > 0 ? [{ label: "Waits for", value: step.after.join(", "), icon: "watch" }] : []),
      ...(spent ? [{ label: "Words", value: costOf(spent), icon: "pencil" }] : []),
      ...(check ? [{ label: "Check", value: check.found, icon: check.passed ? "pass" : "error" }] : []),
      ...(check?.output ? [{ label: "Output", value: check.output, icon: "output" }] : []),
    ];
    const hunks = step.edits.flatMap(({ file, creates, edits }) =>
      edits.map(({ text, was }, i) => ({
        id: `${file}#${i}`,
        label: creates ? "makes the file" : (firstLine(text) ?? `removes ${firstLine(was ?? "") ?? "it"}`),
        detail: file,
      })),
    );
    return [...lines.map((line) => ({ step, line })), ...hunks.map((hunk) => ({ step, hunk }))];
  }

  getTreeItem(node: Node): vscode.TreeItem {
    if ("line" in node) return lineItem(node);
    if ("hunk" in node) return this.hunkItem(node);
    const { step } = node;
    const item = new vscode.TreeItem(this.labelOf(step), vscode.TreeItemCollapsibleState.Collapsed);
    item.id = `${this.run?.run}/${step.id}`;
    item.description = `${step.expert.id}, ${step.state}`;
    item.iconPath = new vscode.ThemeIcon(icons[step.state]);
    item.tooltip = step.check ? `${step.title}\n\n${step.check.found}` : step.title;
    item.contextValue = `${isOpen(step) ? "open" : "done"}${step.stands ? ", stands" : ""}`;
    const command: Command = "coterie.planPreview";
    if (isOpen(step)) item.command = { command, title: "Preview the Step", arguments: [node] };
    return item;
  }

  dispose(): void {
    this.emitter.dispose();
  }

  /** The sidebar is narrow: a file is named only where there are several. */
  private labelOf({ title, target: { file } }: PlannedStep): string {
    const files = new Set(this.run?.steps.map(({ target }) => target.file));
    return files.size === 1 ? title.replace(` (${file})`, "") : title;
  }

  private hunkItem({ step, hunk }: HunkNode): vscode.TreeItem {
    const item = new vscode.TreeItem(hunk.label);
    item.id = `${this.run?.run}/${step.id}/${hunk.id}`;
    item.description = hunk.detail;
    if (isOpen(step)) {
      const { Checked, Unchecked } = vscode.TreeItemCheckboxState;
      item.checkboxState = this.unticked.get(step.id)?.has(hunk.id) ? Unchecked : Checked;
    }
    return item;
  }
}

/** Whether a step can still be done. */
export function isOpen({ state }: PlannedStep): boolean {
  return state === "ready" || state === "proposed" || state === "failed" || state === "undone";
}

function lineItem({ step, line: { label, value, icon } }: LineNode): vscode.TreeItem {
  const item = new vscode.TreeItem(label);
  item.id = `${step.id}/${label}/${value}`;
  // Of a long output the end says most.
  item.description = value.split("\n").at(-1) ?? "";
  item.tooltip = `${label}: ${value}`;
  item.iconPath = new vscode.ThemeIcon(icon);
  return item;
}

function costOf({ promptTokens, reusedTokens, newTokens, ms }: NonNullable<PlannedStep["spent"]>): string {
  return `${newTokens} tokens in ${(ms / 1000).toFixed(1)} s; ${promptTokens} read, ${reusedTokens} of them reused`;
}

function firstLine(text: string): string | null {
  const line = text
    .split("\n")
    .map((each) => each.trim())
    .find((each) => each !== "");
  return line === undefined ? null : line.slice(0, 80);
}
