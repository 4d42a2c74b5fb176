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

/** Reads the summary and what is said of parameters and result; other names than the function's are left out. */
export function readProse(reply: string, names: readonly string[]): Prose {
  const plain = reply
    .replace(/^\s*(?:\/\*\*?|[rR]?"""|'''|```\w*\n)/, "")
    .replace(/(?:\*\/|"""|'''|```)[\s\S]*$/, "")
    .split("\n")
    .map((line) => line.replace(/^\s*(?:\*|\/\/[/!]?|#)\s?/, "").trimEnd());
  const summary: string[] = [];
  const parameters: Record<string, string> = {};
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
      if (/^returns?$/.test(tag[1]!)) returns ??= sentence(tag[2]!.replace(/^\{[^}]*\}\s*/, ""));
    } else if (section === "parameters") describe(line);
    else if (section === "returns" && line.trim() !== "" && !/^-+$/.test(line.trim())) {
      returns ??= sentence(line.trim());
    } else if (section === "summary") {
      if (line.trim() === "" && summary.length > 0) section = "other";
      else if (line.trim() !== "") summary.push(line.trim());
    }
  }
  function describe(line: string): void {
    const found = /^\s*(?:\{[^}]*\}\s*)?\[?[`*]*(\w+)[^\s:\]-]*\]?\s*(?:\([^)]*\))?\s*[:\-–]*\s*(.+)$/.exec(line);
    if (found && names.includes(found[1]!)) parameters[found[1]!] ??= sentence(found[2]!);
  }
  return { summary: firstSentences(summary.join(" ")), parameters, returns: returns === "" ? null : returns };
}

/** Two sentences at most; none without letters. */
function firstSentences(text: string): string {
  const cut = /^(?:.+?[.!?](?=\s|$)\s*){1,2}/.exec(text)?.[0] ?? text;
  return /[a-z]{3}/i.test(cut) ? sentence(cut) : "";
}

/** Nothing in a comment may end it, nor run on over lines. */
function sentence(text: string): string {
  const safe = text
    .replace(/\*\//g, "")
    .replace(/"""|'''/g, "")
    .replace(/\\/g, "")
    .replace(/\s+/g, " ")
    .trim();
  return safe === "" || /[.!?:]$/.test(safe) ? safe : `${safe}.`;
}

/**
 * The lines of a comment, without indentation; null when the reply says nothing that can be used.
 * Every parameter is named once and nothing else is: what the reply does not describe is described by type and default.
 */
export function commentLines(facts: Documented, reply: string): readonly string[] | null {
  const names = facts.parameters.flatMap((each) => each.names);
  const { summary, parameters, returns } = readProse(reply, names);
  if (summary === "") return null;
  const described = facts.parameters.flatMap((parameter) =>
    parameter.names.map((name) => {
      const stars = facts.languageId === "python" ? { one: "", rest: "*", keywords: "**" }[parameter.takes] : "";
      return [`${stars}${name}`, parameters[name] ?? fallback(parameter, name)] as const;
    }),
  );
  const gives = returns !== null && facts.returns.length > 0 && facts.returnType !== "void" ? returns : null;
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
      if (gives !== null) tags.push(`@${facts.languageId === "java" ? "return" : "returns"} ${gives}`);
      if (tags.length === 0) return [`/** ${summary} */`];
      return ["/**", ` * ${summary}`, " *", ...tags.map((tag) => ` * ${tag}`), " */"];
    }
  }
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

/** What is certain of a parameter: its name in words, its type, its default. */
function fallback({ type, default: initial }: Documented["parameters"][number], name: string): string {
  const words = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/_+/g, " ")
    .trim()
    .toLowerCase();
  const known = [type && `of type ${type}`, initial && `${initial} when left out`].filter(Boolean).join(", ");
  return sentence(`The ${words === "" ? "value" : words}${known === "" ? "" : `, ${known}`}`);
}
