// A conversation as a prompt: as much of it as fits, in the embedded model's chat format or in plain text.
import type { Piece, Prompt } from "./engine/engine.ts";
import { charactersPerToken, type Manner, question } from "./prompt.ts";
import type { Turn } from "./protocol/talk.ts";

/** About the characters' worth of the control tokens and the role around a turn. */
const frame = 6 * charactersPerToken;

/** The last turns that fit about so many tokens: whole ones, but of the very last its end, where it alone is too long. */
export function recentTurns(turns: readonly Turn[], tokens: number): readonly Turn[] {
  let left = tokens * charactersPerToken;
  const kept: Turn[] = [];
  for (const turn of [...turns].reverse()) {
    if (kept.length > 0 && turn.text.length > left) break;
    kept.unshift({ ...turn, text: turn.text.slice(-left) });
    left -= turn.text.length + frame;
    if (left <= 0) break;
  }
  return kept;
}

export function composeTalk(turns: readonly Turn[], manner: Manner | undefined): Prompt {
  if (manner?.chats === false) {
    const said = turns.map(({ role, text }) => (role === "assistant" ? `Answer: ${text}` : `${question}${text}`));
    return [`${said.join("\n\n")}\n\nAnswer:`];
  }
  const pieces = turns.flatMap(({ role, text }): Piece[] => [
    { special: "<|im_start|>" },
    `${role}\n${text}`,
    { special: "<|im_end|>" },
    "\n",
  ]);
  return [...pieces, { special: "<|im_start|>" }, "assistant\n"];
}
