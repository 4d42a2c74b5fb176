// The model on this machine for the chat and for other extensions, where the editor lets extensions provide models.
import * as vscode from "vscode";
import { mostTalked, type TalkParams, type Turn, talk } from "../server/protocol/talk.ts";
import type { Client } from "./client.ts";
import { section } from "./ids.ts";

// Newer than the oldest editor that we support, whose types we build with.
interface Providing {
  registerLanguageModelChatProvider?(vendor: string, provider: object): vscode.Disposable;
}
interface Said {
  readonly role: number;
  readonly content: string | readonly unknown[];
}
type TextPart = new (value: string) => object;

/** About; the tokens themselves are known to the server's engine only. */
const charactersPerToken = 3;

/** Offers the model, by the rules' expert for the task "chat"; where the editor knows no such thing, nothing happens. */
export function provideModel(client: Client, version: string): vscode.Disposable {
  const { lm, LanguageModelTextPart } = vscode as Partial<typeof vscode> & { LanguageModelTextPart?: TextPart };
  const register = (lm as Providing | undefined)?.registerLanguageModelChatProvider;
  if (register === undefined || LanguageModelTextPart === undefined) return new vscode.Disposable(() => undefined);
  const changed = new vscode.EventEmitter<void>();
  const registration = register(section, {
    onDidChangeLanguageModelChatInformation: changed.event,
    provideLanguageModelChatInformation: () => {
      const maxInputTokens = vscode.workspace.getConfiguration(section).get<number>("contextTokens") ?? 0;
      const about = { name: "Coterie", family: "coterie", version, detail: "on this machine", capabilities: {} };
      return [{ id: "local", ...about, maxInputTokens, maxOutputTokens: mostTalked, isUserSelectable: true }];
    },
    provideLanguageModelChatResponse: async (
      _model: unknown,
      messages: readonly Said[],
      { modelOptions }: { readonly modelOptions?: { readonly [name: string]: unknown } },
      progress: vscode.Progress<object>,
      token: vscode.CancellationToken,
    ) => {
      const most = Number(modelOptions?.["maxTokens"]);
      const maxTokens = Number.isInteger(most) && most > 0 ? most : undefined;
      const hear = ({ text }: { readonly text: string }) => progress.report(new LanguageModelTextPart(text));
      const asked: Omit<TalkParams, "stream"> = { turns: messages.map(turnOf), maxTokens };
      if (!(await client.runs())) throw new Error("Coterie's language server is not running: restart it.");
      await client.streamed(talk, asked, hear, token);
    },
    provideTokenCount: async (_model: unknown, text: string | Said) =>
      Math.ceil((typeof text === "string" ? text : turnOf(text).text).length / charactersPerToken),
  });
  // Before it hears of a change the editor lists no model of a new provider.
  changed.fire();
  return vscode.Disposable.from(registration, changed);
}

/** A message's text; what is no text is left out. */
function turnOf({ role, content }: Said): Turn {
  const parts = typeof content === "string" ? [content] : content.map(textOf);
  const roles = { 1: "user", 2: "assistant", 3: "system" } as const;
  return { role: roles[role as keyof typeof roles] ?? "user", text: parts.join("") };
}

function textOf(part: unknown): string {
  const { value } = part as { readonly value?: unknown };
  return typeof value === "string" ? value : "";
}
