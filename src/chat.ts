// "@coterie" in the editor's chat: explains, documents, calculates and plans, and talks, where the editor has a chat.
import * as vscode from "vscode";
import { type TalkParams, type Turn, talk as talkRequest } from "../server/protocol/talk.ts";
import type { Fact, Piece } from "../server/protocol.ts";
import { calculationDocument, looksLikeFormula } from "./calculation.ts";
import type { Client } from "./client.ts";
import { ending, inline, signature } from "./explanation.ts";
import { type Command, chatParticipant } from "./ids.ts";
import { Inline, unescaped } from "./inline.ts";
import { planInChat } from "./planchat.ts";
import type { Plans } from "./plans.ts";
import { editorMeant, plainPlace } from "./routing.ts";
import { usageFacts } from "./usage.ts";

/** What a request is answered with. */
interface Asking {
  readonly prompt: string;
  readonly references: vscode.ChatRequest["references"];
  readonly context: vscode.ChatContext;
  readonly stream: vscode.ChatResponseStream;
  readonly token: vscode.CancellationToken;
}

type Handler = (asking: Asking, client: Client, plans: Plans) => Promise<void>;

/** Slash commands, as the manifest declares them. */
const handlers: Readonly<Record<string, Handler>> = { explain, document, calculate, plan };

/** Takes part in the chat; where the editor has none, nothing happens. */
export function joinChat(client: Client, plans: Plans, log: vscode.LogOutputChannel): vscode.Disposable {
  const { chat } = vscode as Partial<typeof vscode>;
  if (chat?.createChatParticipant === undefined) return new vscode.Disposable(() => undefined);
  const participant = chat.createChatParticipant(chatParticipant, async (request, context, stream, token) => {
    try {
      if (!(await client.runs()))
        throw new Error('the language server is not running: "Coterie: Restart the Language Server".');
      const { command, prompt } = asked(request);
      if (command !== undefined && !Object.hasOwn(handlers, command))
        throw new Error(`there is no /${command}: there are /${Object.keys(handlers).join(", /")}.`);
      const handler = command === undefined ? talk : handlers[command]!;
      await handler({ prompt, references: request.references, context, stream, token }, client, plans);
    } catch (error) {
      // A cancelled request has been told by the chat itself.
      if (token.isCancellationRequested) return {};
      log.error(error instanceof Error ? error : String(error));
      return { errorDetails: { message: `Coterie: ${error instanceof Error ? error.message : String(error)}` } };
    }
    return {};
  });
  participant.iconPath = new vscode.ThemeIcon("sparkle");
  return participant;
}

/** Command and prompt; where the name or a command was typed once more, they are no part of the question. */
function asked({ command, prompt }: vscode.ChatRequest): Pick<vscode.ChatRequest, "command" | "prompt"> {
  const [, typed, rest = prompt] = /^\s*(?:@coterie\b\s*)?(?:\/(\w+)(?!\S))?\s*(.*)$/s.exec(prompt) ?? [];
  return { command: command ?? typed, prompt: rest };
}

/** The place that a request is about: what the user has attached, else the selection of the editor in front. */
async function placeOf({ references }: Asking): Promise<vscode.Location> {
  const attached = references.map(({ value }) => value).find((value) => value instanceof vscode.Location);
  if (attached instanceof vscode.Location) {
    // The server knows open documents only.
    await vscode.workspace.openTextDocument(attached.uri);
    return attached;
  }
  const editor = editorMeant();
  if (!editor) throw new Error("select code first, or put the cursor into a function.");
  return new vscode.Location(editor.document.uri, editor.selection);
}

async function explain(asking: Asking, client: Client): Promise<void> {
  const { stream, token } = asking;
  const { uri, range } = await placeOf(asking);
  const source = await vscode.workspace.openTextDocument(uri);
  stream.reference(new vscode.Location(uri, range));
  const words = new Inline();
  let known: Promise<readonly Fact[]> = Promise.resolve([]);
  const hear = ({ text, facts, named }: Piece) => {
    if (facts !== null) {
      const place = named ? new vscode.Position(named.line, named.character) : null;
      known = usageFacts(source, range, place);
      stream.markdown(paragraphs(...listed("Facts, from the syntax tree", facts), heading));
    }
    if (text !== "") stream.markdown(words.write(text));
  };
  const params = { uri: uri.toString(), range: { start: plainPlace(range.start), end: plainPlace(range.end) } };
  const done = await client.explain(params, hear, token);
  const end = ending(done.stop);
  stream.markdown(paragraphs(words.end(), "", ...(end === null ? [] : [`**${end}**`, ""]), `*${signature(done)}*`, ""));
  stream.markdown(paragraphs("", ...listed("Facts, from the language service", await known)));
}

/** Facts as a list: a table is too wide for a chat. */
const listed = (title: string, facts: readonly Fact[]) =>
  facts.length === 0 ? [] : [`## ${title}`, "", ...facts.map(({ name, text }) => `- **${name}**: ${inline(text)}`), ""];

const heading = "## In words, by the model\n";
const paragraphs = (...lines: readonly string[]) => `${lines.join("\n")}\n`;

async function document(asking: Asking, client: Client): Promise<void> {
  const { stream, token } = asking;
  const { uri, range } = await placeOf(asking);
  const source = await vscode.workspace.openTextDocument(uri);
  const done = await client.document({ uri: uri.toString(), position: plainPlace(range.start) }, token);
  if (done.edits.length === 0) return;
  stream.markdown(new vscode.MarkdownString().appendCodeblock(done.text, source.languageId));
  stream.markdown(`*${signature(done)}*\n`);
  const command: Command = "coterie.propose";
  stream.button({ command, title: "Preview and Insert", arguments: [uri.toString(), done] });
}

async function calculate({ prompt, stream, token }: Asking, client: Client): Promise<void> {
  const editor = editorMeant();
  const text = prompt.trim() || (editor?.document.getText(editor.selection) ?? "").trim();
  if (text === "") throw new Error('write a formula after /calculate, such as "15% of 240", or select one.');
  const done = await client.calculate({ text, place: null }, token);
  if (!token.isCancellationRequested) stream.markdown(calculationDocument(text, done).replace(/^# .*\n+/, ""));
}

async function plan({ prompt, references, stream }: Asking, _client: Client, plans: Plans): Promise<void> {
  await planInChat({ prompt, references }, stream, plans);
}

/** What is no command: a formula is calculated, all else is for the model. */
async function talk(asking: Asking, client: Client): Promise<void> {
  const { prompt, context, stream, token } = asking;
  const mayBeFormula = looksLikeFormula(prompt);
  if (mayBeFormula && (await client.isCalculable(prompt.trim(), token))) return calculate(asking, client);
  const words = new Inline();
  const hear = ({ text, facts }: Piece) => {
    // Another expert has taken over.
    if (facts !== null) stream.markdown("\n\n");
    stream.markdown(words.write(text));
  };
  const turns: readonly Turn[] = [...context.history.flatMap(turnOf), { role: "user", text: prompt }];
  const params: Omit<TalkParams, "stream"> = { turns };
  const done = await client.streamed(talkRequest, params, hear, token);
  const hint = "For code it is better asked by /explain, /document and /calculate, where tools supply the facts.";
  stream.markdown(paragraphs(words.end(), "", `*${signature(done)} ${hint}*`));
}

function turnOf(turn: vscode.ChatContext["history"][number]): Turn[] {
  if ("prompt" in turn) return turn.command === undefined ? [{ role: "user", text: turn.prompt }] : [];
  if (turn.command !== undefined) return [];
  const parts = turn.response.map((part) => (part instanceof vscode.ChatResponseMarkdownPart ? part.value.value : ""));
  // What stands below the words is about them.
  const [text = ""] = parts.join("").split("\n\n*Expert ");
  return text.trim() === "" ? [] : [{ role: "assistant", text: unescaped(text.trim()) }];
}
