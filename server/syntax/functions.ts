// The facts of a function, read from the syntax tree: what commands can say about it without asking a model.
import type { Node } from "web-tree-sitter";
import { lineStart } from "../lines.ts";
import { type BodyFacts, bodyFacts } from "./body.ts";
import { type Dialect, type FunctionKind, type Parameter, type Span, spanOf } from "./dialect.ts";
import { ecmascript } from "./dialects/ecmascript.ts";
import { go } from "./dialects/go.ts";
import { java } from "./dialects/java.ts";
import { python } from "./dialects/python.ts";
import { rust } from "./dialects/rust.ts";

/** Where a function or class stands and what it is called. */
export interface FunctionPlace {
  readonly kind: FunctionKind;
  readonly name: string;
  /** Where the name stands. */
  readonly named: number;
  /** Name of the class or type that it is a member of, or null. */
  readonly within: string | null;
  readonly isExported: boolean;
  /** All of it: with decorators, `export` and the declaration that names a function value, without its comment. */
  readonly whole: Span;
  /** From the beginning up to the body. */
  readonly header: Span;
  /** Null where there is none, as in a signature. */
  readonly body: Span | null;
  /** The comment or docstring that documents it, or null. */
  readonly documentation: Span | null;
}

/**
 * A function or class with its facts. Names are given once, in the order of their appearance; members as paths like
 * `this.items`, elements as `values[]`. What callbacks in the body do is counted as the function's doing, except what they
 * return and throw.
 */
export interface FunctionFacts extends FunctionPlace, BodyFacts {
  readonly languageId: string;
  /** Without the receiver (`self`, `cls`); of a class its own, as a record has, or those of its constructor. */
  readonly parameters: readonly Parameter[];
  /** The declared type of what is returned, or null. */
  readonly returnType: string | null;
  readonly isAsync: boolean;
  readonly isGenerator: boolean;
  /** Names of a class's own functions, in order. */
  readonly members: readonly string[];
  /** What a class extends and implements, as written. */
  readonly bases: readonly string[];
}

const dialects: Readonly<Record<string, Dialect>> = {
  typescript: ecmascript,
  typescriptreact: ecmascript,
  javascript: ecmascript,
  javascriptreact: ecmascript,
  python,
  go,
  rust,
  java,
};

/** Whether functions of a language can be read. */
export function readsFunctions(languageId: string): boolean {
  return Object.hasOwn(dialects, languageId);
}

/**
 * The innermost named function or class at an offset, or null. Callbacks without a name belong to the function around them.
 * On the blanks before a function's first line, and on its decorators, it is that function.
 */
export function functionAt(root: Node, text: string, offset: number, languageId: string): FunctionFacts | null {
  const dialect = Object.hasOwn(dialects, languageId) ? dialects[languageId] : undefined;
  if (!dialect) return null;
  const line = lineStart(text, offset);
  const blanks = /^[ \t]*/.exec(text.slice(line, line + 200))![0].length;
  const at = Math.max(offset, line + blanks);
  for (let node = root.descendantForIndex(at, at); node; node = node.parent) {
    const found = within(node, at, dialect);
    if (found) return factsOf(found, dialect, languageId);
  }
  return null;
}

/** Every named function and class of a text, outer ones before what is in them. */
export function functionsIn(root: Node, languageId: string): FunctionPlace[] {
  const dialect = Object.hasOwn(dialects, languageId) ? dialects[languageId] : undefined;
  if (!dialect) return [];
  return root
    .descendantsOfType(Object.keys(dialect.kinds))
    .filter((node) => dialect.name(node) !== null)
    .map((node) => placeOf(node, dialect));
}

/** The node itself where it is a named function, or the one whose declaration it is. */
function within(node: Node, offset: number, dialect: Dialect): Node | null {
  const isNamed = (one: Node) => Object.hasOwn(dialect.kinds, one.type) && dialect.name(one) !== null;
  if (isNamed(node)) return node;
  // On `export`, a decorator or the name of a function value the function lies beside the way up.
  const inside = node.descendantsOfType(Object.keys(dialect.kinds)).filter((one) => isNamed(one));
  const whole = inside.find((one) => dialect.whole(one).id === node.id);
  const header = whole && placeOf(whole, dialect).header;
  return whole && header && offset >= header.start && offset <= header.end ? whole : null;
}

function placeOf(node: Node, dialect: Dialect): FunctionPlace {
  const whole = dialect.whole(node);
  const body = dialect.body(node);
  const name = dialect.name(node)!;
  const header = whole.text.slice(0, (body?.startIndex ?? whole.endIndex) - whole.startIndex);
  return {
    kind: dialect.kind(node),
    name: name.text,
    named: name.startIndex,
    within: dialect.within(node),
    isExported: dialect.isExported(node),
    whole: { start: dialect.start?.(node) ?? whole.startIndex, end: whole.endIndex },
    header: { start: whole.startIndex, end: whole.startIndex + header.trimEnd().length },
    body: body && spanOf(body),
    documentation: dialect.documentation(node),
  };
}

function factsOf(node: Node, dialect: Dialect, languageId: string): FunctionFacts {
  const isClass = dialect.kind(node) === "class";
  const members = isClass ? membersOf(node, dialect) : [];
  const builder = members.find((one) => dialect.kind(one) === "constructor");
  const own = dialect.parameters(node);
  const parameters = builder && own.length === 0 ? dialect.parameters(builder) : own;
  return {
    ...placeOf(node, dialect),
    languageId,
    parameters,
    returnType: dialect.returnType(node),
    isAsync: dialect.isAsync(node),
    isGenerator: dialect.isGenerator(node),
    members: members.flatMap((one) => dialect.name(one)?.text ?? []),
    bases: dialect.bases(node),
    ...bodyFacts(
      node,
      dialect,
      parameters.flatMap(({ names }) => names),
    ),
  };
}

/** The functions that are a class's own, not those within them. */
function membersOf(node: Node, dialect: Dialect): Node[] {
  const name = dialect.name(node)!.text;
  const inside = node.descendantsOfType(Object.keys(dialect.kinds)).filter((one) => one.id !== node.id);
  return inside.filter((one) => dialect.within(one) === name && dialect.name(one) !== null);
}
