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
  },
  assigningBinds: false,
  lastIsReturned: false,
  labels: {},
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

export const go: Dialect = {
  kinds,
  bodyRules: rules,
  kind: (node) => kinds[node.type]!,
  name: (node) => field(node, "name"),
  whole: (node) => node,
  // The receiver's type, without pointer and type arguments.
  within: (node) => /(\w+)(\[[^\]]*\])?\s*\)$/.exec(field(node, "receiver") ?? "")?.[1] ?? null,
  parameters: (node) => node.childForFieldName("parameters")?.namedChildren.flatMap(parameter) ?? [],
  returnType: (node) => field(node, "result"),
  body: (node) => node.childForFieldName("body"),
  bases: () => [],
  isAsync: () => false,
  isGenerator: () => false,
  isExported: (node) => /^\p{Lu}/u.test(field(node, "name") ?? ""),
  documentation: (node) => commentAbove(node, () => true),
};
