// Rewrites of Python by its syntax tree: edits that hold whatever the types are, since no language service tells them.
import type { Node } from "web-tree-sitter";
import { lineAfter } from "../lines.ts";

export interface Rewrite {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export type RewriteKind = "booleans" | "unused-imports" | "hints" | "arithmetic";

/** The edits of one kind for a whole file; none where its tree has errors. */
export function rewritesIn(root: Node, text: string, kind: RewriteKind): readonly Rewrite[] {
  if (root.hasError) return [];
  const nodes = root.descendantsOfType(types[kind]).filter((node): node is Node => node !== null);
  if (kind === "booleans") return nodes.flatMap((node) => boolean(node));
  if (kind === "unused-imports") return nodes.flatMap((node) => unusedImport(root, node, text));
  if (kind === "arithmetic") return nodes.flatMap((node) => folded(node));
  return nodes.flatMap((node) => hint(node, text));
}

const types: Readonly<Record<RewriteKind, string[]>> = {
  booleans: ["if_statement"],
  "unused-imports": ["import_statement", "import_from_statement"],
  arithmetic: ["binary_operator"],
  hints: ["function_definition"],
};

/** `if a: return True` and what returns False after it: `return bool(a)`, without bool where the condition is one anyway. */
function boolean(node: Node): readonly Rewrite[] {
  if (node.descendantsOfType("comment").length > 0) return [];
  const condition = node.childForFieldName("condition");
  const [alternative, ...more] = node.childrenForFieldName("alternative").filter((each) => each !== null);
  if (!condition || more.length > 0 || (alternative && alternative.type !== "else_clause")) return [];
  const following = alternative ?? node.nextNamedSibling;
  const first = returned(node.childForFieldName("consequence"));
  const second = alternative ? returned(alternative.childForFieldName("body")) : returnOf(following);
  if (!following || first === null || second === null || first === second) return [];
  const asked = condition.type === "parenthesized_expression" ? (condition.namedChild(0) ?? condition) : condition;
  const isBoolean = asked.type === "comparison_operator" || asked.type === "not_operator";
  const value = first === "True" ? (isBoolean ? asked.text : `bool(${asked.text})`) : `not (${asked.text})`;
  return [{ start: node.startIndex, end: following.endIndex, text: `return ${value}` }];
}

function returned(block: Node | null): "True" | "False" | null {
  return block?.namedChildCount === 1 ? returnOf(block.namedChild(0)) : null;
}

function returnOf(node: Node | null): "True" | "False" | null {
  const value = node?.type === "return_statement" && node.namedChildCount === 1 ? node.namedChild(0) : null;
  return value?.type === "true" ? "True" : value?.type === "false" ? "False" : null;
}

/** An import at the top of a module none of whose names occurs anywhere else, strings and comments included. */
function unusedImport(root: Node, node: Node, text: string): readonly Rewrite[] {
  if (node.parent?.type !== "module" || /\b__all__\b|\bglobals\(\)|\blocals\(\)/.test(text)) return [];
  if (node.descendantsOfType("wildcard_import").length > 0) return [];
  const line = text.slice(node.startIndex, lineAfter(text, node.endIndex));
  // Imported for what importing does, or to be imported from here: the comment says so.
  if (/#|\btry\b/.test(line)) return [];
  const names = node.childrenForFieldName("name").filter((each) => each !== null);
  const used = names.filter((name) => isUsed(root, node, name));
  if (used.length === names.length) return [];
  if (used.length > 0) {
    if (node.type !== "import_from_statement") return [];
    const kept = used.map((each) => each.text).join(", ");
    return [{ start: names[0]!.startIndex, end: names.at(-1)!.endIndex, text: kept }];
  }
  // A dotted name alone registers a module below its parent, which others may count on.
  if (node.type === "import_statement" && names.some((name) => name.text.includes("."))) return [];
  return [{ start: node.startIndex, end: lineAfter(text, node.endIndex), text: "" }];
}

function isUsed(root: Node, statement: Node, name: Node): boolean {
  const alias = name.type === "aliased_import" ? name.childForFieldName("alias") : null;
  const bound = (alias ?? name).text.split(".")[0]!;
  const word = new RegExp(`(?<![\\w])${bound.replace(/\W/g, "")}(?![\\w])`);
  const rest = root.text.slice(0, statement.startIndex) + root.text.slice(statement.endIndex);
  return word.test(rest);
}

/** `-> None` for functions that return no value, where every parameter has its type already or there is none. */
function hint(node: Node, text: string): readonly Rewrite[] {
  const body = node.childForFieldName("body");
  const parameters = node.childForFieldName("parameters");
  if (!body || !parameters || node.childForFieldName("return_type")) return [];
  if (
    node.parent?.type === "decorated_definition" &&
    !/@(staticmethod|classmethod)\b/.test(node.parent.text.slice(0, 200))
  )
    return [];
  const ownReturns = within(body, "return_statement").some((each) => each.namedChildCount > 0);
  // What raises at once, or stands for something that others write, says nothing of what is returned.
  const abstract = body.namedChildren.every(
    (each) =>
      each !== null &&
      /^(pass_statement|raise_statement|expression_statement)$/.test(each.type) &&
      /^(pass$|raise\b|\.\.\.$|["'])/.test(each.text),
  );
  if (ownReturns || abstract || within(body, "yield").length > 0) return [];
  const at = parameters.endIndex;
  return text[at] === ":" ? [{ start: at, end: at, text: " -> None" }] : [];
}

/** Descendants of a type, functions and classes inside left out. */
function within(top: Node, type: string): Node[] {
  const found: Node[] = [];
  for (const child of top.namedChildren) {
    if (!child || /^(function_definition|class_definition|lambda)$/.test(child.type)) continue;
    if (child.type === type) found.push(child);
    found.push(...within(child, type));
  }
  return found;
}

/** `60 * 60 * 24`: whole numbers only, whose result is exact. The innermost are part of the outermost. */
function folded(node: Node): readonly Rewrite[] {
  if (node.parent?.type === "binary_operator") return [];
  const value = integer(node);
  if (value === null || value < 0n || value.toString().length >= node.text.length) return [];
  return [{ start: node.startIndex, end: node.endIndex, text: value.toString() }];
}

function integer(node: Node): bigint | null {
  if (node.type === "integer" && /^\d+$/.test(node.text)) return BigInt(node.text);
  if (node.type === "parenthesized_expression") return node.namedChildCount === 1 ? integer(node.namedChild(0)!) : null;
  if (node.type !== "binary_operator") return null;
  const left = integer(node.childForFieldName("left")!);
  const right = integer(node.childForFieldName("right")!);
  if (left === null || right === null) return null;
  const operator = node.childForFieldName("operator")?.text;
  if (operator === "+") return left + right;
  if (operator === "-") return left - right;
  return operator === "*" ? left * right : null;
}
