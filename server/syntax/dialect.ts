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

/** Children of a node: those of a field, the first one for "", or what a function finds. */
export type Children = string | ((node: Node) => readonly Node[]);

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
  /** Node -> the names that it makes known in the body, or patterns of them. */
  readonly binds: Readonly<Record<string, Children>>;
  /** Whether assigning to a name makes it known in the body, as in Python. */
  readonly assigningBinds: boolean;
  /** Whether the expression that ends a body is returned, as in Rust. */
  readonly lastIsReturned: boolean;
  /** Node -> what in it names something but reads nothing: a key, a tag, where a jump goes. */
  readonly labels: Readonly<Record<string, Children>>;
  /** Nodes in which nothing happens: types, imports, classes in the body. What they bind is known all the same. */
  readonly silent: ReadonlySet<string>;
  /** Nodes that are names. */
  readonly names: ReadonlySet<string>;
  /** Whether a name in a pattern is a constant's: what is taken apart is compared with it, it binds nothing. */
  readonly isConstant?: (name: Node) => boolean;
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
  /** What names it; null for a function without a name. */
  name(node: Node): Node | null;
  /** The node with decorators, `export` and the declaration that names it. */
  whole(node: Node): Node;
  /** Where that begins, in languages whose decorators stand beside it in the tree. */
  start?(node: Node): number;
  /** The class or type that it is a member of; null for a function in a function. */
  within(node: Node): string | null;
  parameters(node: Node): Parameter[];
  returnType(node: Node): string | null;
  /** The names of what is returned, in languages that have such: they are known in the body. */
  results?(node: Node): readonly string[];
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

export function childrenOf(node: Node, which: Children): readonly Node[] {
  if (typeof which === "function") return which(node);
  return which === "" ? node.namedChildren.slice(0, 1) : node.childrenForFieldName(which);
}

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

/** What a tool reads, though it looks like documentation: `/** @ts-ignore *\/`. */
const forTools = /^\/\*\*+\s*(?:@ts-|(?:istanbul|c8|v8) ignore\b|[a-z]+-(?:ignore|disable)\b)/;

/** Blocks that are about a file, or something that has no code, where a blank line follows them. */
const standsAlone =
  /@(?:file|fileoverview|overview|module|packageDocumentation|licen[sc]e|preserve|copyright|typedef|callback|import|jsx\w*|flow|jest-\w+|vitest-\w+)\b|\bcopyright\b|\bSPDX-|\blicensed under\b/i;

/** The row that a node ends on: a comment to the line's end may hold the line end. */
const lastRow = (node: Node) => (node.text.endsWith("\n") ? node.endPosition.row - 1 : node.endPosition.row);

/** Most comments and modifiers above a function that are looked at. */
const mostLookedAt = 100;

/** Whether a comment stands behind something else on its line, and so is about that. */
function isTrailing(comment: Node): boolean {
  let before = comment.previousSibling;
  const isBeside = () => before !== null && lastRow(before) === comment.startPosition.row;
  while (before && isBeside() && /comment/.test(before.type)) before = before.previousSibling;
  return before !== null && isBeside() && before.text !== "{";
}

/**
 * The comments that document a node, the first one's start to the last one's end: those that fit, above it or among its
 * modifiers. Others between are passed over, and so are nodes of skipped types. Blank lines part them where that is said.
 */
export function commentAbove(
  node: Node,
  fits: (comment: Node) => boolean,
  skipped = /^$/,
  blanksPart = false,
): Span | null {
  const isFit = (one: Node) => /comment/.test(one.type) && fits(one) && !forTools.test(one.text);
  const found: Node[] = [];
  let { row } = node.startPosition;
  // Of the code below: what ends there belongs to it.
  let codeRow = row;
  // Each step back costs as much as there are siblings before.
  for (
    let one = node.previousNamedSibling, left = mostLookedAt;
    one && left > 0;
    one = one.previousNamedSibling, left--
  ) {
    const isApart = lastRow(one) < row - 1;
    if (isApart && blanksPart) break;
    const isComment = /comment/.test(one.type);
    if (!isComment && !skipped.test(one.type)) break;
    row = one.startPosition.row;
    if (!isComment) codeRow = row;
    const isOwn =
      isFit(one) && (lastRow(one) === codeRow || !isTrailing(one)) && !(isApart && standsAlone.test(one.text));
    // In Rust an attribute may be the documentation.
    if (isOwn || /^#\[\s*doc\s*=/.test(one.text)) found.push(one);
    if (isOwn && one.text.startsWith("/*")) break;
  }
  const inside = found.length === 0 ? commentInside(node, isFit) : null;
  const [last, first] = inside ? [inside, inside] : [found[0], found.at(-1)];
  return first && last ? { start: first.startIndex, end: last.startIndex + last.text.trimEnd().length } : null;
}

/** The block that documents a node from among its decorators and modifiers. */
function commentInside(node: Node, isFit: (one: Node) => boolean): Node | null {
  for (const child of node.children) {
    if (isFit(child) && child.text.startsWith("/*")) return child;
    const inner = /modifiers$|declaration$/.test(child.type) ? commentInside(child, isFit) : null;
    if (inner) return inner;
    if (child.isNamed && !/decorator|annotation|modifier|comment/.test(child.type)) break;
  }
  return null;
}
