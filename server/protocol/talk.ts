// Free talk: what the editor's chat, and other extensions by it, ask of the model on this machine.
import { RequestType } from "vscode-languageserver-protocol";
import type { Author, Explanation } from "../protocol.ts";

/** What one side has said. */
export interface Turn {
  readonly role: "system" | "user" | "assistant";
  readonly text: string;
}

export interface TalkParams {
  /** The oldest first; what does not fit the model's context is left out from there. */
  readonly turns: readonly Turn[];
  /** Names the pieces that are sent before the answer; null: none are. */
  readonly stream: number | null;
  /** Most new tokens; the server has a limit of its own. */
  readonly maxTokens?: number | undefined;
}

/** Most new tokens of an answer. */
export const mostTalked = 256;

export interface Talked extends Author, Pick<Explanation, "text" | "stop" | "ms"> {}

/** Client -> server: the user, or another extension, talks to the model. Refused in words; cancelling leaves what has been written. */
export const talk = new RequestType<TalkParams, Talked, void>("coterie/talk");
