// A documentation comment in the convention of its language: names from the syntax tree, words from the docs expert.
import type { FunctionFacts } from "./syntax/functions.ts";

type Documented = Pick<FunctionFacts, "languageId" | "name" | "parameters" | "returnType" | "returns" | "kind">;

/** What a reply says, whatever convention it is written in. */
export interface Prose {
  readonly summary: string;
  /** By the names of parameters. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly returns: string | null;
}

/** How a comment, a docstring or a fence begins. */
const opened = /^\s*(?:\/\*\*?|[rR]?"""|'''|```\w*\n)/;

/** Reads the summary and what is said of parameters and result; other names than the function's are left out. */
export function readProse(reply: string, names: readonly string[]): Prose {
  const plain = reply
    .replace(opened, "")
    .replace(/(?:\*\/|"""|'''|```)[\s\S]*$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*(?:\*|\/\/[/!]?|#)\s?/, "").trimEnd());
  const summary: string[] = [];
  const parameters = new Map<string, string>();
  let returns: string | null = null;
  let section: "summary" | "parameters" | "returns" | "other" = "summary";
  for (const line of plain) {
    const tag = /^\s*[@:](\w+)\b:?\s*(.*)$/.exec(line);
    const heading = /^\s*(Args|Arguments|Parameters|Returns?|Raises|Yields|Examples?|Notes?)\s*:?\s*$/i.exec(line);
    if (heading) {
      section = /^(?:arg|param)/i.test(heading[1]!) ? "parameters" : /^return/i.test(heading[1]!) ? "returns" : "other";
    } else if (tag) {
      section = "other";
      if (/^param/.test(tag[1]!)) describe(tag[2]!);
      if (/^returns?$/.test(tag[1]!)) returns ??= said(tag[2]!);
    } else if (section === "parameters") describe(line);
    else if (section === "returns" && line.trim() !== "" && !/^-+$/.test(line.trim())) {
      returns ??= said(line);
    } else if (section === "summary") {
      if (line.trim() === "" && summary.length > 0) section = "other";
      else if (line.trim() !== "") summary.push(line.trim());
    }
  }
  function describe(line: string): void {
    const found = /^\[?[`*]*([\p{ID_Continue}$]+)[^\s:\]-]*\]?\s*(?:\([^)]*\))?\s*[:\-–]*\s*(.+)$/u.exec(
      withoutType(line),
    );
    const words = found && names.includes(found[1]!) ? said(found[2]!) : null;
    if (found && words !== null && !parameters.has(found[1]!)) parameters.set(found[1]!, words);
  }
  return { summary: firstSentences(summary.join(" ")), parameters: Object.fromEntries(parameters), returns };
}

/** A reply of tags alone with the words of an explanation in the place of its summary. */
export function withSummary(reply: string, explanation: string): string {
  const [, first, rest] = /^This (?:function|class) ([\p{L}\p{N}_])(.*)$/su.exec(explanation) ?? [];
  const isEmpty = first === undefined && /^This (?:function|class)/.test(explanation);
  const words = first === undefined ? (isEmpty ? "" : explanation) : first.toUpperCase() + rest;
  return `${words}\n\n${reply.replace(opened, "")}`;
}

/** What a tag says, without the type in braces before it; null where that is nothing, or no more than a type. */
function said(text: string): string | null {
  const words = withoutType(text);
  return /[a-z]{3}/i.test(words) && /\s/.test(words) ? sentence(words) : null;
}

/** A text without the type in braces that it begins with; nothing is left where that does not end. */
function withoutType(text: string): string {
  const plain = text.trim();
  if (!plain.startsWith("{")) return plain;
  let depth = 0;
  for (let at = 0; at < plain.length; at++) {
    if (plain[at] === "{") depth++;
    if (plain[at] === "}" && --depth === 0) return plain.slice(at + 1).trim();
  }
  return "";
}

/** Two sentences at most; none without letters, nor where all there is is a file's name. */
function firstSentences(text: string): string {
  const cut = /^(?:.+?[.!?](?=\s|$)\s*){1,2}/.exec(text)?.[0] ?? text;
  return /[a-z]{3}/i.test(cut) && !/^\S+\.\S+$/.test(cut.trim()) ? sentence(cut) : "";
}

/** Nothing in a comment may end it, nor run on over lines. */
function sentence(text: string): string {
  const safe = text
    .replace(/\*\//g, "")
    .replace(/"""|'''/g, "")
    .replace(/\\/g, "")
    .replace(/\s+/g, " ")
    // The same words over and over.
    .replace(/( \S.{3,40}?)\1{2,}/g, "$1")
    .trim();
  return safe === "" || /[.!?:]$/.test(safe) ? safe : `${safe}.`;
}

/**
 * The lines of a comment, without indentation; null when the reply says nothing that can be used.
 * Every parameter is named once and nothing else is: what the reply does not describe is described by type and default.
 */
export function commentLines(facts: Documented, reply: string): readonly string[] | null {
  const names = facts.parameters.flatMap((each) => each.names);
  const read = readProse(reply, names);
  if (read.summary === "") return null;
  const isJava = facts.languageId === "java";
  const told = isJava ? inJavadoc : (words: string) => words;
  const summary = told(read.summary);
  const described = facts.parameters.flatMap((parameter) =>
    parameter.names.map((name) => {
      const stars = facts.languageId === "python" ? { one: "", rest: "*", keywords: "**" }[parameter.takes] : "";
      const words = Object.hasOwn(read.parameters, name) ? told(read.parameters[name]!) : null;
      return [`${stars}${name}`, words ?? fallback(parameter, name, isJava)] as const;
    }),
  );
  const isGiven = read.returns !== null && facts.returns.length > 0 && facts.returnType !== "void";
  const gives = isGiven ? told(read.returns!) : null;
  switch (facts.languageId) {
    case "python":
      return pythonLines(summary, described, gives);
    case "go":
      return [`// ${summary.split(" ")[0] === facts.name ? summary : `${facts.name}: ${summary}`}`];
    case "rust":
      return [`/// ${summary}`];
    default: {
      const dash = facts.languageId.startsWith("typescript") ? "- " : "";
      const tags = described.map(([name, words]) => `@param ${name} ${dash}${words}`);
      if (gives !== null) tags.push(`@${isJava ? "return" : "returns"} ${gives}`);
      if (tags.length === 0) return [`/** ${summary} */`];
      return ["/**", ` * ${summary}`, " *", ...tags.map((tag) => ` * ${tag}`), " */"];
    }
  }
}

/** The parameters that a comment made of such lines names, in order; null in languages whose comments name none. */
export function describedIn(comment: string, languageId: string): readonly string[] | null {
  if (languageId === "go" || languageId === "rust") return null;
  if (languageId !== "python")
    return [...comment.matchAll(/^\s*\* @param ([\p{ID_Continue}$]+)/gmu)].map(([, name]) => name!);
  const part = /^[ \t]*Args:\r?\n((?:[ \t]+\S.*(?:\r?\n|$))*)/m.exec(comment)?.[1] ?? "";
  return [...part.matchAll(/^[ \t]+\*{0,2}([\p{ID_Continue}$]+): /gmu)].map(([, name]) => name!);
}

function pythonLines(
  summary: string,
  described: readonly (readonly [string, string])[],
  gives: string | null,
): string[] {
  if (described.length === 0 && gives === null) return [`"""${summary}"""`];
  const lines = [`"""${summary}`];
  if (described.length > 0) lines.push("", "Args:", ...described.map(([name, words]) => `    ${name}: ${words}`));
  if (gives !== null) lines.push("", "Returns:", `    ${gives}`);
  return [...lines, '"""'];
}

/** Longer types and defaults are not told. Characters. */
const longestCode = 40;
/** What is taken out of a comment, so that code that holds it would not be that code any more. */
const unsafe = /\n|\\|\*\/|"""|'''/;

/** Javadoc reads a comment as HTML with tags in braces, and refuses what is not well formed: other tags become code. */
function inJavadoc(prose: string): string {
  const entities: Readonly<Record<string, string>> = { "<": "&lt;", ">": "&gt;", "&": "&amp;", "{@": "{&#64;" };
  return prose.replace(/\{@\w+\s+([^{}]+)\}|[<>]|&(?!#?\w+;)|\{@/g, (found, code?: string) =>
    code === undefined ? entities[found]! : `{@code ${code}}`,
  );
}

/** What is certain of a parameter: its name in words, its type, its default. Of a name in a pattern only the first is. */
function fallback(parameter: Documented["parameters"][number], name: string, isJava: boolean): string {
  const isPlain = parameter.names.length === 1 && parameter.name === name;
  const words = name
    .replace(/([\p{Ll}\d])(\p{Lu})/gu, "$1 $2")
    .replace(/_+/g, " ")
    .trim()
    .toLowerCase();
  const short = (text: string | null) => {
    if (!isPlain || text === null || text.length > longestCode || unsafe.test(text)) return null;
    return isJava ? `{@code ${text}}` : text;
  };
  const [type, initial] = [short(parameter.type), short(parameter.default)];
  const known = [type && `of type ${type}`, initial && `${initial} when left out`].filter(Boolean).join(", ");
  return sentence(`The ${words === "" ? "value" : words}${known === "" ? "" : `, ${known}`}`);
}
