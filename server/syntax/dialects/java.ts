// Methods and classes of Java.
import type { Node } from "web-tree-sitter";
import {
  above,
  type BodyRules,
  commentAbove,
  type Dialect,
  type FunctionKind,
  field,
  type Parameter,
  plain,
} from "../dialect.ts";

const kinds: Readonly<Record<string, FunctionKind>> = {
  method_declaration: "method",
  constructor_declaration: "constructor",
  class_declaration: "class",
  interface_declaration: "class",
  record_declaration: "class",
  enum_declaration: "class",
};
const classes = new Set(Object.keys(kinds).filter((type) => kinds[type] === "class"));
/** What members are in: classes, and those without a name where an object is made. */
const owners = new Set([...classes, "object_creation_expression"]);

const last = (node: Node) => node.namedChildren.slice(-1);
/** Where a statement with a label, or a jump to one, names it. */
const label = (node: Node) => node.namedChildren.filter((child) => child.type === "identifier").slice(0, 1);

const rules: BodyRules = {
  branches: new Set(["if_statement", "switch_label", "ternary_expression", "catch_clause"]),
  loops: new Set(["for_statement", "enhanced_for_statement", "while_statement", "do_statement"]),
  returns: new Set(["return_statement"]),
  throws: new Set(["throw_statement"]),
  calls: {
    method_invocation: "name",
    object_creation_expression: "type",
    explicit_constructor_invocation: "constructor",
  },
  members: { field_access: ["object", "field"], method_invocation: ["object", "name"] },
  elements: { array_access: "array" },
  changes: { assignment_expression: "left", update_expression: "" },
  binds: {
    variable_declarator: "name",
    enhanced_for_statement: "name",
    catch_formal_parameter: "name",
    resource: "name",
    instanceof_expression: "name",
    type_pattern: last,
    record_pattern_component: last,
  },
  assigningBinds: false,
  lastIsReturned: false,
  labels: {
    labeled_statement: label,
    break_statement: label,
    continue_statement: label,
    method_reference: last,
    record_pattern: "",
  },
  silent: new Set([
    "type_arguments",
    "type_identifier",
    "generic_type",
    "catch_type",
    ...classes,
    "annotation_type_declaration",
    "annotation",
    "marker_annotation",
    "line_comment",
    "block_comment",
  ]),
  names: new Set(["identifier"]),
  wrappers: new Set(["parenthesized_expression"]),
  callbacks: new Set(["lambda_expression"]),
  self: new Set(["this", "super"]),
};

function parameter(node: Node): Parameter[] {
  if (node.type === "identifier") return [plain(node.text)];
  if (node.type === "formal_parameter") return [plain(field(node, "name") ?? node.text, { type: field(node, "type") })];
  if (node.type !== "spread_parameter") return [];
  const name = node.namedChildren.find((child) => child.type === "variable_declarator");
  const type = node.namedChildren.find((child) => child.type !== "modifiers" && child.id !== name?.id);
  return [plain(name?.text ?? "", { type: type ? `${type.text}...` : null, takes: "rest", isOptional: true })];
}

const modifiers = (node: Node) => node.namedChildren.find((child) => child.type === "modifiers")?.text ?? "";

export const java: Dialect = {
  kinds,
  bodyRules: rules,
  kind: (node) => kinds[node.type]!,
  name: (node) => node.childForFieldName("name"),
  whole: (node) => node,
  within: (node) => {
    const owner = above(node, owners);
    return owner && field(owner, "name");
  },
  parameters: (node) => {
    const list = node.childForFieldName("parameters");
    if (list?.type === "identifier") return [plain(list.text)];
    return list?.namedChildren.flatMap(parameter) ?? [];
  },
  returnType: (node) => (node.type === "method_declaration" ? field(node, "type") : null),
  body: (node) => node.childForFieldName("body"),
  bases: (node) => {
    const clauses = node.namedChildren.filter((child) =>
      /^(superclass|super_interfaces|extends_interfaces)$/.test(child.type),
    );
    return clauses.flatMap((clause) =>
      clause.namedChildren
        .flatMap((one) => (one.type === "type_list" ? one.namedChildren : [one]))
        .map((one) => one.text),
    );
  },
  isAsync: () => false,
  isGenerator: () => false,
  isExported: (node) => /\bpublic\b/.test(modifiers(node)),
  documentation: (node) => commentAbove(node, (comment) => /^\/\*\*(?!\/)/.test(comment.text)),
};
