// How a reply begins: with a verb that says what the code does. Left to itself a model as small as the embedded one often begins with
// what it knows of the file's name, or with a comment's tags. Only its decoding is held to this; a user's own models are left alone.
import { allVerbs, verbOf } from "./verbs.ts";

/** A text that is given, then one of some words, each with what stands before it. */
export interface Opening {
  readonly text: string;
  readonly words: readonly string[];
}

/** Of an explanation. @param name null where the code is a part of a function, or none. */
export function openingOfWords(kind: "function" | "class" | "code", name: string | null): Opening {
  const verb = kind === "function" && name !== null ? verbOf(name) : null;
  return { text: `This ${kind}`, words: (verb === null ? allVerbs : [verb]).map((each) => ` ${each}`) };
}

/** Of a documentation comment, in the spelling that the docs expert has learnt. */
export function openingOfComment(languageId: string, kind: "function" | "class", name: string): Opening {
  const verb = kind === "function" ? verbOf(name) : null;
  const [text, before] = languageId === "python" ? ['"""', ""] : ["/**\n *", " "];
  return { text, words: (verb === null ? allVerbs : [verb]).map((each) => before + capitalised(each)) };
}

const capitalised = (word: string) => word[0]!.toUpperCase() + word.slice(1);
