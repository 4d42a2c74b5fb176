// Plans in the editor: from a goal to a plan in the sidebar, previews, running it step by step or all, and taking it back.
import * as vscode from "vscode";
import * as planning from "../server/planning.ts";
import type { Client } from "./client.ts";
import { isOpen, type PlanView, type RunNode } from "./planview.ts";
import type { PreviewTexts } from "./previewtexts.ts";

export class Plans {
  private readonly client: Client;
  private readonly view: PlanView;
  private readonly previews: PreviewTexts;
  private stopping = false;

  constructor(client: Client, view: PlanView, previews: PreviewTexts) {
    this.client = client;
    this.view = view;
    this.previews = previews;
  }

  /** Asks for a goal, unless it is given, and plans it for the chosen files or the one in front. */
  async make(chosen?: unknown, all?: unknown, given?: unknown): Promise<void> {
    const uris = filesOf(chosen, all);
    if (uris.length === 0) {
      void vscode.window.showInformationMessage("Coterie: open a file, or choose files in the explorer, to plan for.");
      return;
    }
    const goal = typeof given === "string" ? given : await this.askGoal();
    if (goal === undefined) return;
    let made = await this.plan(uris, goal, {});
    if (made.plan === null && made.offered.length > 0) {
      const recipe = await this.choose(made.offered, goal);
      if (!recipe) return;
      const options = await answers(recipe);
      if (!options) return;
      made = await this.plan(uris, recipe.id, options);
    }
    if (made.plan === null) {
      void vscode.window.showInformationMessage(
        "Coterie: there is nothing to do for this goal in these files. Try another goal, or other files.",
      );
      this.view.show(null);
      return;
    }
    await this.show(made.plan);
  }

  async preview(node?: unknown): Promise<void> {
    const { run, step } = this.stepOf(node);
    const files = await this.client.ask(planning.previewStep, { run: run.run, step: step.id });
    if (files.length === 0) {
      void vscode.window.showInformationMessage("Coterie: there is nothing left to do in this step.");
      return;
    }
    await this.previews.show(step.title, files);
  }

  /** Does one step. Making a file is confirmed, since an undo in the editor does not cover it. */
  async apply(node?: unknown): Promise<void> {
    const { run, step } = this.stepOf(node);
    if (!(await confirmed([step]))) return;
    const after = await this.client.ask(planning.applyStep, {
      run: run.run,
      step: step.id,
      leave: this.view.left(step.id),
    });
    this.view.show(after);
    await this.tell(after, step.id);
  }

  /** Does all that is left, in order, until one fails or the user stops it. */
  async applyAll(node?: unknown): Promise<void> {
    const run = this.current(node);
    if (!(await confirmed(run.steps.filter(isOpen)))) return;
    this.stopping = false;
    const options = { location: vscode.ProgressLocation.Notification, title: "Coterie", cancellable: true };
    const failed = await vscode.window.withProgress(options, async (progress, token) => {
      token.onCancellationRequested(() => {
        this.stopping = true;
      });
      for (const { id, title } of run.steps.filter(isOpen)) {
        if (this.stopping) return null;
        progress.report({ message: title, increment: 100 / run.steps.length });
        const after = await this.client.ask(planning.applyStep, { run: run.run, step: id, leave: this.view.left(id) });
        this.view.show(after);
        if (after.steps.find((step) => step.id === id)?.state === "failed") return id;
      }
      return null;
    });
    if (failed !== null) await this.tell(this.current(), failed);
    else if (this.stopping)
      void vscode.window.showInformationMessage('Coterie: stopped. "Run All Steps" goes on from here.');
    else vscode.window.setStatusBarMessage("Coterie: every step is verified or was skipped.", 6_000);
  }

  async change(node: unknown, change: "skip" | "earlier" | "later"): Promise<void> {
    const { run, step } = this.stepOf(node);
    this.view.show(await this.client.ask(planning.changeStep, { run: run.run, step: step.id, change }));
  }

  async giveToExpert(node?: unknown, given?: unknown): Promise<void> {
    const { run, step } = this.stepOf(node);
    const experts = await this.client.experts();
    const items = experts.map(({ id, title }) => ({ label: id, description: title }));
    const chosen =
      typeof given === "string" ? given : (await vscode.window.showQuickPick(items, { title: step.title }))?.label;
    if (chosen === undefined) return;
    this.view.show(
      await this.client.ask(planning.changeStep, { run: run.run, step: step.id, change: "expert", expert: chosen }),
    );
  }

  /** Takes back a step, or the whole run where none is named. */
  async undo(node: unknown, whole: boolean): Promise<void> {
    const run = this.current(node);
    const step = whole ? null : this.stepOf(node, true).step.id;
    const { plan, refused } = await this.client.ask(planning.undoPlan, { run: run.run, step });
    this.view.show(plan);
    if (refused !== null) void vscode.window.showWarningMessage(`Coterie: ${refused}`);
    else vscode.window.setStatusBarMessage("Coterie: undone; the files are as they were before.", 6_000);
  }

  /** Goes on with the last run in the workspace's folders, or with a saved plan. */
  async resume(saved?: vscode.Uri): Promise<void> {
    const own = saved && vscode.workspace.getWorkspaceFolder(saved);
    const folders = saved ? (own ? [own] : []) : (vscode.workspace.workspaceFolders ?? []);
    const roots = folders.flatMap(({ uri }) => (uri.scheme === "file" ? [uri.toString()] : []));
    if (roots.length === 0) throw new Error("open the folder that the plan belongs to first.");
    const runs: planning.PlanRun[] = [];
    for (const root of roots) {
      const run = await this.client.ask(planning.openPlan, { uri: saved?.toString() ?? null, root });
      if (run) runs.push(run);
    }
    // A run's id begins with the time when it was begun.
    const [last] = runs.sort((one, other) => (one.run < other.run ? 1 : -1));
    if (last) await this.show(last);
    else
      void vscode.window.showInformationMessage(
        'Coterie: no plan was run in this folder yet. "Plan a Refactor..." makes one.',
      );
  }

  async openSaved(given?: unknown): Promise<void> {
    const filters = { "Coterie plans": ["coterie-plan.json", "json"] };
    const chosen = given instanceof vscode.Uri ? given : (await vscode.window.showOpenDialog({ filters }))?.[0];
    if (chosen) await this.resume(chosen);
  }

  async save(given?: unknown): Promise<void> {
    const run = this.current();
    const folder = vscode.Uri.parse(run.root);
    const defaultUri = vscode.Uri.joinPath(folder, `${run.recipe}.coterie-plan.json`);
    const target = given instanceof vscode.Uri ? given : await vscode.window.showSaveDialog({ defaultUri });
    if (target) await vscode.workspace.fs.writeFile(target, new TextEncoder().encode(run.saved));
  }

  async plan(
    uris: readonly vscode.Uri[],
    goal: string,
    options: Record<string, string>,
  ): Promise<planning.MakePlanResult> {
    const progress = { location: vscode.ProgressLocation.Window, title: "Coterie: making a plan" };
    return vscode.window.withProgress(progress, () =>
      this.client.ask(planning.makePlan, { uris: uris.map(String), goal, options }),
    );
  }

  async show(run: planning.PlanRun): Promise<void> {
    this.view.show(run);
    await vscode.commands.executeCommand("coterie.steps.focus");
  }

  private async askGoal(): Promise<string | undefined> {
    const recipes = await this.client.ask(planning.planRecipes, null);
    const picker = vscode.window.createQuickPick();
    const offered = recipes.map(({ id, title }) => ({ label: title, description: id }));
    picker.title = "Plan a Refactor";
    picker.placeholder = "Choose a recipe, or say in your own words what is to be reached";
    picker.matchOnDescription = true;
    picker.items = offered;
    picker.onDidChangeValue((goal) => {
      // The filter knows titles and ids; what somebody says in words of their own must stay choosable.
      const own = { label: goal, description: goal, detail: "A goal in your own words", alwaysShow: true };
      picker.items = goal.trim() === "" ? offered : [...offered, own];
    });
    return new Promise((resolve) => {
      picker.onDidAccept(() => {
        resolve(picker.activeItems[0]?.description ?? picker.value);
        picker.hide();
      });
      picker.onDidHide(() => {
        resolve(undefined);
        picker.dispose();
      });
      picker.show();
    });
  }

  private async choose(
    offered: readonly planning.RecipeOffer[],
    goal: string,
  ): Promise<planning.RecipeOffer | undefined> {
    if (offered.length === 1) return offered[0];
    const items = offered.map((offer) => ({ label: offer.title, offer }));
    const placeHolder = `No recipe is clearly meant by "${goal}". The nearest:`;
    return (await vscode.window.showQuickPick(items, { title: "Plan a Refactor", placeHolder }))?.offer;
  }

  /** Says why a step failed, and offers what can be done. */
  private async tell(run: planning.PlanRun, id: string): Promise<void> {
    const step = run.steps.find((each) => each.id === id);
    if (step?.state !== "failed") return;
    const output = step.check?.output;
    const chosen = await vscode.window.showWarningMessage(
      `Coterie: ${step.title} failed. ${step.check?.found ?? ""}`,
      ...(output === undefined ? [] : [showOutput]),
      "Undo the Step",
      "Undo the Run",
    );
    if (chosen === showOutput && output !== undefined) await this.previews.page(`${step.id}-tests.log`, output);
    else if (chosen) await this.undo({ run: run.run, step } satisfies RunNode, chosen === "Undo the Run");
  }

  /** The plan in the sidebar. @throws Error in words where it is not the one that a command was given for. */
  private current(node?: unknown): planning.PlanRun {
    if (!this.view.plan) throw new Error("there is no plan yet. Plan a Refactor makes one.");
    const meant = (node as Partial<RunNode> | undefined)?.run;
    if (meant !== undefined && meant !== this.view.plan.run)
      throw new Error("another plan has taken the place of this one in the sidebar. Plan it anew.");
    return this.view.plan;
  }

  /** The step that a command is about: the chosen one, else the next that can be done, or, to take back, the last that stands. */
  private stepOf(node: unknown, back = false): { readonly run: planning.PlanRun; readonly step: planning.PlannedStep } {
    const run = this.current(node);
    const id = typeof node === "string" ? node : (node as Partial<RunNode> | undefined)?.step?.id;
    const meant = back ? run.steps.findLast(({ stands }) => stands) : run.steps.find(isOpen);
    const step = id === undefined ? meant : run.steps.find((each) => each.id === id);
    if (!step) throw new Error(back ? "there is nothing to take back." : "every step of the plan is done.");
    return { run, step };
  }
}

const showOutput = "Show Output";

function filesOf(chosen: unknown, all: unknown): readonly vscode.Uri[] {
  if (Array.isArray(all) && all.every((each) => each instanceof vscode.Uri)) return all;
  if (chosen instanceof vscode.Uri) return [chosen];
  const active = vscode.window.activeTextEditor?.document.uri;
  return active ? [active] : [];
}

async function answers({ asks, title }: planning.RecipeOffer): Promise<Record<string, string> | undefined> {
  const given: Record<string, string> = {};
  for (const [name, prompt] of Object.entries(asks)) {
    const answer = await vscode.window.showInputBox({ title, prompt, ignoreFocusOut: true });
    if (answer === undefined) return undefined;
    given[name] = answer;
  }
  return given;
}

async function confirmed(steps: readonly planning.PlannedStep[]): Promise<boolean> {
  const made = steps.flatMap(({ edits }) => edits.filter(({ creates }) => creates).map(({ file }) => file));
  if (made.length === 0) return true;
  const files = made.length === 1 ? "a file" : `${made.length} files`;
  const question = `This creates ${files}: ${made.join(", ")}. "Undo the Step" takes it back.`;
  const chosen = await vscode.window.showWarningMessage(question, { modal: true }, "Create");
  return chosen === "Create";
}
