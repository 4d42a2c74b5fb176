// Functions and methods of Go.
import type { Node } from "web-tree-sitter";
import {
  type BodyRules,
  commentAbove,
  type Dialect,
  type FunctionKind,
  field,
  type Parameter,
  plain,
} from "../dialect.ts";

const kinds: Readonly<Record<string, FunctionKind>> = {
  function_declaration: "function",
  method_declaration: "method",
};

/** The keys in a literal's braces where they are fields of a struct, which a map's and a list's are not. */
function fieldKeys(element: Node): readonly Node[] {
  let [at, depth] = [element.parent, -1];
  for (; at && at.type !== "composite_literal"; at = at.parent) if (at.type === "literal_value") depth++;
  // Of inner braces the type may be written in that of the outermost only.
  let type = at?.childForFieldName("type");
  for (; type && depth > 0; depth--) type = type.childForFieldName("element") ?? type.childForFieldName("value");
  return type && /(map|array|slice)_type$/.test(type.type) ? [] : element.childrenForFieldName("key");
}

const rules: BodyRules = {
  branches: new Set(["if_statement", "expression_case", "type_case", "communication_case"]),
  loops: new Set(["for_statement"]),
  returns: new Set(["return_statement"]),
  throws: new Set(),
  calls: { call_expression: "function" },
  members: { selector_expression: ["operand", "field"] },
  elements: { index_expression: "operand" },
  changes: { assignment_statement: "left", inc_statement: "", dec_statement: "" },
  binds: {
    short_var_declaration: "left",
    var_spec: "name",
    const_spec: "name",
    range_clause: "left",
    receive_statement: "left",
    type_switch_statement: "alias",
  },
  assigningBinds: false,
  lastIsReturned: false,
  labels: { keyed_element: fieldKeys },
  silent: new Set(["type_declaration", "type_arguments", "comment"]),
  names: new Set(["identifier"]),
  wrappers: new Set(["parenthesized_expression"]),
  callbacks: new Set(["func_literal"]),
  self: new Set(),
};

function parameter(node: Node): Parameter[] {
  if (!/parameter_declaration$/.test(node.type)) return [];
  const type = field(node, "type");
  const isRest = node.type === "variadic_parameter_declaration";
  const names = node.childrenForFieldName("name").map((one) => one.text);
  return names.map((name) => plain(name, { type, takes: isRest ? "rest" : "one", isOptional: isRest }));
}

/** What tools read: as a rule there is no blank before it. */
const directive = /^\/\/(?:[a-z\d]+:[a-z\d]|\s?nolint\b|\s?#nosec\b|export |extern |line )/;

export const go: Dialect = {
  kinds,
  bodyRules: rules,
  kind: (node) => kinds[node.type]!,
  name: (node) => node.childForFieldName("name"),
  whole: (node) => node,
  // The receiver's type, without pointer and type arguments.
  within: (node) => /(\w+)(\[[^\]]*\])?\s*\)$/.exec(field(node, "receiver") ?? "")?.[1] ?? null,
  parameters: (node) => node.childForFieldName("parameters")?.namedChildren.flatMap(parameter) ?? [],
  returnType: (node) => field(node, "result"),
  results: (node) => {
    const list = node.childForFieldName("result");
    const named = list?.type === "parameter_list" ? list.namedChildren.flatMap(parameter) : [];
    return named.map(({ name }) => name);
  },
  body: (node) => node.childForFieldName("body"),
  bases: () => [],
  isAsync: () => false,
  isGenerator: () => false,
  isExported: (node) => /^\p{Lu}/u.test(field(node, "name") ?? ""),
  documentation: (node) => commentAbove(node, (comment) => !directive.test(comment.text), /^$/, true),
};
