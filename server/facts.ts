// The facts of a function in words: what the syntax tree says, before any model is asked.
import type { Fact } from "./protocol.ts";
import type { FunctionFacts } from "./syntax/functions.ts";

/** Most names that are listed of one kind. */
const mostNames = 12;

/** The facts of a function or class, the signature first. */
export function factsInWords(facts: FunctionFacts, text: string): readonly Fact[] {
  const { header, parameters, calls, reads, writes, throws, returns, branches, loops, members, bases } = facts;
  const signature = text
    .slice(header.start, header.end)
    .replace(/\s+/g, " ")
    .replace(/\s*[{:]$/, "");
  const found: (Fact | null)[] = [
    { name: "Signature", text: code(signature) },
    facts.within === null ? null : { name: "Member of", text: code(facts.within) },
    list("Extends", bases),
    parameters.length === 0 ? null : { name: "Parameters", text: parameters.map(parameterInWords).join("; ") },
    list("Functions", members),
    list("Calls", calls),
    list("Reads from outside", reads),
    list("Changes", writes),
    branches + loops === 0
      ? null
      : { name: "Flow", text: `${count(branches, "branch", "branches")}, ${count(loops, "loop", "loops")}` },
    list("Returns", returns),
    list("Throws", throws),
  ];
  return found.filter((fact) => fact !== null);
}

function parameterInWords({
  name,
  type,
  default: initial,
  isOptional,
  takes,
}: FunctionFacts["parameters"][number]): string {
  const words = [
    type && `of type ${code(type)}`,
    initial ? `${code(initial)} when left out` : isOptional && takes === "one" && "may be left out",
  ];
  const said = words.filter(Boolean).join(", ");
  return said === "" ? code(name) : `${code(name)} ${said}`;
}

function list(name: string, names: readonly string[]): Fact | null {
  if (names.length === 0) return null;
  const more = names.length > mostNames ? ` and ${names.length - mostNames} more` : "";
  return { name, text: names.slice(0, mostNames).map(code).join(", ") + more };
}

const code = (text: string) => `\`${text.replace(/`/g, "'").replace(/\s+/g, " ")}\``;
const count = (number: number, one: string, several: string) => `${number} ${number === 1 ? one : several}`;
