// "@coterie /plan" in the editor's chat: a goal becomes a plan, told there with what can be done about it, and shown in the sidebar.
import * as vscode from "vscode";
import type { Command } from "./ids.ts";
import type { Plans } from "./plans.ts";
import { planInWords } from "./plantext.ts";
import { editorMeant } from "./routing.ts";

/** Plans for the files that are attached, else for the one in front. @throws Error in words */
export async function planInChat(
  { prompt, references }: Pick<vscode.ChatRequest, "prompt" | "references">,
  stream: Pick<vscode.ChatResponseStream, "markdown" | "button">,
  plans: Plans,
): Promise<void> {
  const goal = prompt.trim();
  if (goal === "")
    throw new Error('say after /plan what is to be reached, such as "clean up" or "rename for clarity".');
  const attached = references.flatMap(({ value }) =>
    value instanceof vscode.Uri ? [value] : value instanceof vscode.Location ? [value.uri] : [],
  );
  const front = editorMeant()?.document.uri;
  const uris = attached.length > 0 ? attached : front ? [front] : [];
  if (uris.length === 0) throw new Error("open a file, or attach the files that the plan is about.");
  const { plan, offered } = await plans.plan(uris, goal, {});
  if (plan !== null) {
    await plans.show(plan);
    stream.markdown(planInWords(plan));
    const { run } = plan;
    const button = (command: Command, title: string) => stream.button({ command, title, arguments: [{ run }] });
    button("coterie.planPreview", "Preview the Next Step");
    button("coterie.planAll", "Run All Steps");
    return;
  }
  if (offered.length === 0) {
    stream.markdown("There is nothing to do for this goal in these files.");
    return;
  }
  stream.markdown("No recipe is clearly meant. The nearest:\n");
  const command: Command = "coterie.plan";
  for (const { id, title } of offered) stream.button({ command, title, arguments: [uris[0], uris, id] });
}
