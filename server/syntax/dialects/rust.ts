// Functions and methods of Rust.
import type { Node } from "web-tree-sitter";
import {
  above,
  type BodyRules,
  commentAbove,
  type Dialect,
  type FunctionKind,
  field,
  type Parameter,
} from "../dialect.ts";
import { namesIn } from "../names.ts";

const kinds: Readonly<Record<string, FunctionKind>> = {
  function_item: "function",
  function_signature_item: "function",
};
const types = new Set(["impl_item", "trait_item"]);
const owners = new Set([...types, ...Object.keys(kinds)]);

/** In a macro names are not told from members, but by what stands before them. */
const members = (node: Node) =>
  node.children.filter((child, i) => child.type === "identifier" && /^(\.|::)$/.test(node.children[i - 1]?.type ?? ""));

const rules: BodyRules = {
  branches: new Set(["if_expression", "match_arm"]),
  loops: new Set(["for_expression", "while_expression", "loop_expression"]),
  returns: new Set(["return_expression"]),
  throws: new Set(),
  calls: { call_expression: "function", macro_invocation: "macro" },
  members: { field_expression: ["value", "field"], scoped_identifier: ["path", "name"] },
  elements: { index_expression: "" },
  changes: { assignment_expression: "left", compound_assignment_expr: "left" },
  binds: {
    let_declaration: "pattern",
    for_expression: "pattern",
    let_condition: "pattern",
    match_arm: "pattern",
    const_item: "name",
    static_item: "name",
  },
  assigningBinds: false,
  lastIsReturned: true,
  labels: { token_tree: members },
  silent: new Set([
    "type_arguments",
    "scoped_type_identifier",
    "lifetime",
    "label",
    "attribute_item",
    "use_declaration",
    "line_comment",
    "block_comment",
  ]),
  names: new Set(["identifier"]),
  // By convention what begins with a capital is no variable; where it is declared it is a name like others.
  isConstant: (name) => /^\p{Lu}/u.test(name.text) && !/^(const|static)_item$/.test(name.parent?.type ?? ""),
  wrappers: new Set(["parenthesized_expression", "generic_function", "reference_expression"]),
  callbacks: new Set(["closure_expression"]),
  self: new Set(["self"]),
};

/** Of a closure a parameter may be no more than its pattern. */
function parameter(node: Node): Parameter[] {
  const isPattern = node.parent?.type === "closure_parameters" && node.type !== "parameter";
  const pattern = isPattern ? node : node.type === "parameter" ? node.childForFieldName("pattern") : null;
  if (!pattern) return [];
  const type = field(node, "type");
  return [{ name: pattern.text, names: namesIn(pattern, rules), type, default: null, isOptional: false, takes: "one" }];
}

/** The type or trait whose function it is, not one around the function that it is in. */
function owner(node: Node): Node | null {
  const found = above(node, owners);
  return found && types.has(found.type) ? found : null;
}
const isPublic = (node: Node) => node.namedChildren.some((child) => child.type === "visibility_modifier");

export const rust: Dialect = {
  kinds,
  bodyRules: rules,
  kind: (node) => (owner(node) ? "method" : "function"),
  name: (node) => node.childForFieldName("name"),
  whole: (node) => node,
  within: (node) => {
    const found = owner(node);
    return found && (field(found, "name") ?? field(found, "type"));
  },
  parameters: (node) => node.childForFieldName("parameters")?.namedChildren.flatMap(parameter) ?? [],
  returnType: (node) => field(node, "return_type"),
  body: (node) => node.childForFieldName("body"),
  bases: () => [],
  isAsync: (node) =>
    node.namedChildren.some((child) => child.type === "function_modifiers" && /async/.test(child.text)),
  isGenerator: () => false,
  // What a trait asks for is as visible as the trait.
  isExported: (node) => {
    const found = owner(node);
    return isPublic(node) || (found?.type === "trait_item" && isPublic(found));
  },
  documentation: (node) =>
    commentAbove(node, (comment) => /^(\/\/\/(?!\/)|\/\*\*)/.test(comment.text), /^attribute_item$/),
};
