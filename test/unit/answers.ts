// An answer for tests in which most of it does not matter.
import type { Answer } from "../../server/protocol.ts";

export function answerWith(changes: Partial<Answer> = {}): Answer {
  return {
    id: 1,
    task: "complete",
    uri: "file:///demo/cart.ts",
    position: { line: 3, character: 8 },
    languageId: "typescript",
    region: "code",
    text: " item.price;",
    promptTokens: 31,
    reusedTokens: 20,
    newTokens: 5,
    ms: 143.4,
    stop: "stop",
    hidden: null,
    expert: "general",
    wanted: null,
    rule: "built-in#1",
    because: "nothing else fits",
    considered: [],
    ...changes,
  };
}
