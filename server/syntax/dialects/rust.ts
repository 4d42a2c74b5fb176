// Functions and methods of Rust.
import type { Node } from "web-tree-sitter";
import { namesIn } from "../body.ts";
import {
  above,
  type BodyRules,
  commentAbove,
  type Dialect,
  type FunctionKind,
  field,
  type Parameter,
} from "../dialect.ts";

const kinds: Readonly<Record<string, FunctionKind>> = {
  function_item: "function",
  function_signature_item: "function",
};
const types = new Set(["impl_item", "trait_item"]);

const rules: BodyRules = {
  branches: new Set(["if_expression", "match_arm"]),
  loops: new Set(["for_expression", "while_expression", "loop_expression"]),
  returns: new Set(["return_expression"]),
  throws: new Set(),
  calls: { call_expression: "function", macro_invocation: "macro" },
  members: { field_expression: ["value", "field"], scoped_identifier: ["path", "name"] },
  elements: { index_expression: "" },
  changes: { assignment_expression: "left", compound_assignment_expr: "left" },
  binds: { let_declaration: "pattern", for_expression: "pattern", let_condition: "pattern", match_arm: "pattern" },
  assigningBinds: false,
  lastIsReturned: true,
  labels: {},
  silent: new Set(["type_arguments", "attribute_item", "use_declaration", "line_comment", "block_comment"]),
  names: new Set(["identifier"]),
  wrappers: new Set(["parenthesized_expression", "generic_function", "reference_expression"]),
  callbacks: new Set(["closure_expression"]),
  self: new Set(["self"]),
};

function parameter(node: Node): Parameter[] {
  const pattern = node.type === "parameter" ? node.childForFieldName("pattern") : null;
  if (!pattern) return [];
  const type = field(node, "type");
  return [{ name: pattern.text, names: namesIn(pattern, rules), type, default: null, isOptional: false, takes: "one" }];
}

const owner = (node: Node) => above(node, types);
const isPublic = (node: Node) => node.namedChildren.some((child) => child.type === "visibility_modifier");

export const rust: Dialect = {
  kinds,
  bodyRules: rules,
  kind: (node) => (owner(node) ? "method" : "function"),
  name: (node) => field(node, "name"),
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
