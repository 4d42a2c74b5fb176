// What differs from language to language in reading a function: its nodes, its parts, and what its body's nodes do.
import type { Node } from "web-tree-sitter";

/** Offsets [start, end) of a document. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

export type FunctionKind = "function" | "method" | "constructor" | "getter" | "setter" | "class";

export interface Parameter {
  /** As written, without type and default: `count`, or a pattern like `{ a, b }`. */
  readonly name: string;
  /** The names that it binds. */
  readonly names: readonly string[];
  readonly type: string | null;
  /** The default value as written, or null. */
  readonly default: string | null;
  /** Whether it may be left out. */
  readonly isOptional: boolean;
  /** "rest" takes all that is left, "keywords" all that is left by name (`**kwargs`). */
  readonly takes: "one" | "rest" | "keywords";
}

/** What the nodes of a body do, by their types. Fields are those of the grammar. */
export interface BodyRules {
  readonly branches: ReadonlySet<string>;
  readonly loops: ReadonlySet<string>;
  readonly returns: ReadonlySet<string>;
  readonly throws: ReadonlySet<string>;
  /** Node -> field of what is called. */
  readonly calls: Readonly<Record<string, string>>;
  /** Node -> fields of the object and of its member's name; a call without an object leaves the first empty. */
  readonly members: Readonly<Record<string, readonly [string, string]>>;
  /** Node -> field of the object whose element it is; "" for its first child. */
  readonly elements: Readonly<Record<string, string>>;
  /** Node -> field of what it changes; "" for its first child. */
  readonly changes: Readonly<Record<string, string>>;
  /** Node -> field of the names that it makes known in the body; "" for its first child. */
  readonly binds: Readonly<Record<string, string>>;
  /** Whether assigning to a name makes it known in the body, as in Python. */
  readonly assigningBinds: boolean;
  /** Whether the expression that ends a body is returned, as in Rust. */
  readonly lastIsReturned: boolean;
  /** Node -> field that names something but reads nothing. */
  readonly labels: Readonly<Record<string, string>>;
  /** Nodes that hold nothing that happens: types, imports, classes in the body. */
  readonly silent: ReadonlySet<string>;
  /** Nodes that are names. */
  readonly names: ReadonlySet<string>;
  /** Nodes around a name or call that change nothing about it. */
  readonly wrappers: ReadonlySet<string>;
  /** Functions without a name. */
  readonly callbacks: ReadonlySet<string>;
  /** What the object itself is called. */
  readonly self: ReadonlySet<string>;
}

/** How functions and classes of a language are read. */
export interface Dialect {
  /** Nodes that are functions or classes. */
  readonly kinds: Readonly<Record<string, FunctionKind>>;
  readonly bodyRules: BodyRules;
  kind(node: Node): FunctionKind;
  /** Null for a function without a name. */
  name(node: Node): string | null;
  /** The node with decorators, `export` and the declaration that names it. */
  whole(node: Node): Node;
  /** Where that begins, in languages whose decorators stand beside it in the tree. */
  start?(node: Node): number;
  within(node: Node): string | null;
  parameters(node: Node): Parameter[];
  returnType(node: Node): string | null;
  body(node: Node): Node | null;
  bases(node: Node): string[];
  isAsync(node: Node): boolean;
  isGenerator(node: Node): boolean;
  isExported(node: Node): boolean;
  documentation(node: Node): Span | null;
}

export const spanOf = (node: Node): Span => ({ start: node.startIndex, end: node.endIndex });

/** The text of a field, or null. */
export const field = (node: Node, name: string): string | null => node.childForFieldName(name)?.text ?? null;

/** A type as written behind its colon or arrow. */
export const withoutColon = (text: string | null): string | null => text?.replace(/^\s*(:|->)\s*/, "") ?? null;

/** A parameter that is a plain name. */
export const plain = (name: string, more: Partial<Parameter> = {}): Parameter => ({
  name,
  names: [name],
  type: null,
  default: null,
  isOptional: false,
  takes: "one",
  ...more,
});

/** The nearest node above of one of some types, or null. */
export function above(node: Node, types: ReadonlySet<string>): Node | null {
  let found = node.parent;
  while (found && !types.has(found.type)) found = found.parent;
  return found;
}

/** The comments that stand right above a node, the first one's start to the last one's end, as far as they fit. */
export function commentAbove(node: Node, fits: (comment: Node) => boolean, skipped = /^$/): Span | null {
  const found: Node[] = [];
  let row = node.startPosition.row;
  for (let one = node.previousNamedSibling; one; one = one.previousNamedSibling) {
    // A comment to the line's end may hold the line end.
    const end = one.text.endsWith("\n") ? one.endPosition.row - 1 : one.endPosition.row;
    if (end < row - 1) break;
    row = one.startPosition.row;
    if (skipped.test(one.type)) continue;
    if (!/comment/.test(one.type) || !fits(one)) break;
    found.push(one);
    if (one.text.startsWith("/*")) break;
  }
  const [last, first] = [found[0], found.at(-1)];
  return first && last ? { start: first.startIndex, end: last.startIndex + last.text.trimEnd().length } : null;
}
