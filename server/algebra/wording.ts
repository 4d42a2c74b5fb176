// How the math expert is asked: in the words of its training (experts/train/exercises_number.py), or not at all.
import type { Question } from "./question.ts";
import { pretty } from "./work.ts";

/** The request for a question; null where the expert has learnt nothing of the kind. */
export function wordingOf(question: Question, result: string): string | null {
  switch (question.kind) {
    case "conversion":
      return `Convert ${question.amount} ${question.from} to ${question.to}.`;
    case "derivative":
      return `Differentiate ${written(question.term)}.`;
    case "equation":
      return `Solve ${written(question.left)} = ${written(question.right)}${wantedOf(question)}.`;
    case "comparison":
      return null;
    case "value":
      // A number is its own result.
      return question.term === result ? null : wordingOfValue(question.term, result);
  }
}

/** Only linear equations name their unknown there. */
function wantedOf({ left, right, unknown }: Extract<Question, { kind: "equation" }>): string {
  return /\^/.test(left + right) ? "" : ` for ${unknown}`;
}

function wordingOfValue(term: string, result: string): string | null {
  const share = /^\((\d+)\/100\)\*(\d+)$/.exec(term);
  if (share) return `What is ${share[1]}% of ${share[2]}?`;
  const fraction = /^(\d+)\/(\d+)$/.exec(term);
  if (fraction) return /^\d+$/.test(result) ? `Divide ${fraction[1]} by ${fraction[2]}.` : `Simplify ${term}.`;
  const rest = /^mod\((\d+),(\d+)\)$/.exec(term);
  if (rest) return `Divide ${rest[1]} by ${rest[2]} with remainder.`;
  if (/[a-zA-Z]/.test(term.replace(/^sqrt\(\d+\)$/, ""))) return null;
  return `Calculate ${written(term)}.`;
}

/** A term as in the exercises: Python's powers, spaces around all signs but a slash between numbers. */
function written(term: string): string {
  return pretty(term.replace(/\s+/g, ""))
    .replace(/\^/g, "**")
    .replace(/(?<=\d|\))\*(?=\d|\()/g, (sign, at: number, whole: string) =>
      whole[at - 1] === "*" || whole[at + 1] === "*" ? sign : " * ",
    );
}
