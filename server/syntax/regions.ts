// What the cursor is in, read from the syntax tree.
import type { Node } from "web-tree-sitter";
import { documentsPython } from "../lexicon.ts";
import type { Region } from "../protocol.ts";

/** What the tree tells: a region with the range of its comment or string, or from where on the text must be scanned. */
export type InTree =
  | { readonly region: Region; readonly start: number; readonly end: number }
  | { readonly scanFrom: number };

const comments = new Set(["comment", "line_comment", "block_comment", "html_comment"]);
const strings = new Set([
  "string",
  "template_string",
  "template_literal_type",
  "string_literal",
  "interpreted_string_literal",
  "raw_string_literal",
  "rune_literal",
  "char_literal",
  "character_literal",
  "verbatim_string_literal",
  "interpolated_string_expression",
  "encapsed_string",
  "heredoc_body",
  "nowdoc_body",
  "raw_string",
  "ansi_c_string",
  "string_value",
  "string_array",
  "symbol_array",
  "delimited_symbol",
  "regex",
  "system_lib_string",
  "subshell",
]);
/** Code within a string. */
const holes = new Set([
  "template_substitution",
  "template_type",
  "interpolation",
  "command_substitution",
  "arithmetic_expansion",
  "expansion",
  "process_substitution",
  "sub_expression",
]);

/** Languages whose comments begin with more than the usual mark where they document. */
const documenting: Readonly<Record<string, RegExp>> = {
  typescript: /^\/\*\*(?!\/)/,
  typescriptreact: /^\/\*\*(?!\/)/,
  javascript: /^\/\*\*(?!\/)/,
  javascriptreact: /^\/\*\*(?!\/)/,
  java: /^\/\*\*(?!\/)/,
  php: /^\/\*\*(?!\/)/,
  rust: /^(\/\/\/(?!\/)|\/\/!|\/\*\*(?![/*])|\/\*!)/,
  c: /^(\/\/\/(?!\/)|\/\/!|\/\*\*(?![/*])|\/\*!)/,
  cpp: /^(\/\/\/(?!\/)|\/\/!|\/\*\*(?![/*])|\/\*!)/,
  csharp: /^(\/\/\/(?!\/)|\/\*\*(?![/*]))/,
};

/**
 * The region at an offset. Where a string or comment may be open that the tree makes no sense of, since its end is not typed
 * yet, the text is to be scanned from there on.
 */
export function regionInTree(root: Node, text: string, offset: number, languageId: string): InTree {
  const code = { region: "code", start: offset, end: offset } as const;
  const open = openFault(root, text, offset);
  if (open !== null) return { scanFrom: open };
  let child: Node | null = null;
  for (let node = root.descendantForIndex(Math.max(0, offset - 1), offset); node; child = node, node = node.parent) {
    // Keywords are nodes too, and TypeScript's `string` is called as a string is.
    if (!node.isNamed || !isInside(node, text, offset)) continue;
    if (holes.has(node.type) || (languageId === "php" && child !== null && isVariable(child, node))) return code;
    const isComment = comments.has(node.type);
    if (!isComment && !strings.has(node.type)) continue;
    if (node.hasError) return { scanFrom: statementOf(node, root).startIndex };
    const region = isComment ? commentRegion(node, text, languageId) : stringRegion(node, text, languageId);
    return { region, start: node.startIndex, end: node.endIndex };
  }
  return code;
}

/** In PHP variables stand in strings as they are. */
function isVariable(child: Node, node: Node): boolean {
  return /^(encapsed_string|heredoc_body)$/.test(node.type) && /^(member|variable|subscript|dynamic)/.test(child.type);
}

/** What a string or comment begins with. */
const openers = /["'`]|\/[/*]|<#|<<|=begin/;
/** The ends of strings and comments, as the tree calls them where they are missing. */
const ends = /["'`/]|string_end|heredoc_end/;
/** Faults that are looked at; in a text with more of them nothing is sure. */
const mostFaults = 2_000;
/** Statements of a file that are looked at. */
const mostStatements = 5_000;

/**
 * Where the statement of the file begins in which, before the offset, something was skipped that may open a string or a
 * comment; null where there is none.
 */
function openFault(root: Node, text: string, offset: number): number | null {
  if (!root.hasError) return null;
  if (root.isError || root.childCount > mostStatements) return 0;
  let seen = 0;
  for (const statement of root.children) {
    if (statement.startIndex >= offset) return null;
    if (!statement.hasError && !statement.isError) continue;
    for (const waiting = [statement]; waiting.length > 0; ) {
      const node = waiting.pop()!;
      if (node.startIndex > offset || (node.startIndex === offset && !node.isMissing)) continue;
      const skipped = node.isError ? text.slice(node.startIndex, Math.min(node.endIndex, offset)) : "";
      if (node.isMissing ? ends.test(node.type) : openers.test(skipped)) return statement.startIndex;
      seen += node.childCount;
      if (seen > mostFaults) return statement.startIndex;
      if (node.hasError) waiting.push(...node.children);
    }
  }
  return null;
}

/** Whether what is typed at the cursor becomes a part of the node. A comment to the line's end has no end of its own. */
function isInside(node: Node, text: string, offset: number): boolean {
  if (node.startIndex >= offset) return false;
  if (offset < node.endIndex) return true;
  if (/^(heredoc|nowdoc)_body$/.test(node.type)) return offset === node.endIndex;
  if (offset > node.endIndex || !comments.has(node.type)) return false;
  return !/(\*\/|\n|-->|#>|=end)$/.test(text.slice(Math.max(0, offset - 4), offset));
}

function commentRegion(node: Node, text: string, languageId: string): Region {
  const mark = documenting[languageId];
  if (mark) return mark.test(text.slice(node.startIndex, node.startIndex + 4)) ? "docstring" : "comment";
  return languageId === "go" && documentsGo(node) ? "docstring" : "comment";
}

/** In Go the comments right above a declaration of the file or its package clause are its documentation. */
function documentsGo(comment: Node): boolean {
  if (comment.parent?.type !== "source_file") return false;
  let row = comment.endPosition.row;
  for (let next = comment.nextNamedSibling; next; next = next.nextNamedSibling) {
    if (next.startPosition.row !== row + 1) return false;
    if (next.type !== "comment") return /_(declaration|clause)$/.test(next.type) && next.type !== "import_declaration";
    row = next.endPosition.row;
  }
  return false;
}

function stringRegion(node: Node, text: string, languageId: string): Region {
  if (languageId !== "python") return "string";
  const isFirst = node.parent !== null && isDocstring(node.parent);
  // One that is not closed yet ends where the next one begins, and makes no statement: what stands before it tells more.
  const isLong = /^[rRuU]?("""|''')/.test(text.slice(node.startIndex, node.startIndex + 4));
  return isFirst || (isLong && documentsPython(text, node.startIndex)) ? "docstring" : "string";
}

/** Whether a statement is the string that documents a Python module, class or function: the first one there. */
export function isDocstring(statement: Node): boolean {
  const block = statement.parent;
  if (statement.type !== "expression_statement" || statement.namedChild(0)?.type !== "string" || !block) return false;
  if (block.namedChildren.find((one) => one.type !== "comment")?.id !== statement.id) return false;
  return block.type === "module" || (block.type === "block" && /^(function|class)_definition$/.test(owner(block)));
}

const owner = (block: Node) => block.parent?.type ?? "";

function statementOf(node: Node, root: Node): Node {
  let top = node;
  for (let above = node.parent; above && above.id !== root.id; above = above.parent) top = above;
  return top;
}
