// Functions and classes of TypeScript and JavaScript, with and without JSX.
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
  plain,
  withoutColon,
} from "../dialect.ts";

const kinds: Readonly<Record<string, FunctionKind>> = {
  function_declaration: "function",
  generator_function_declaration: "function",
  function_signature: "function",
  function_expression: "function",
  generator_function: "function",
  arrow_function: "function",
  method_definition: "method",
  method_signature: "method",
  abstract_method_signature: "method",
  class_declaration: "class",
  abstract_class_declaration: "class",
  class: "class",
};
const classes = new Set(["class_declaration", "abstract_class_declaration", "class", "interface_declaration"]);
/** What gives a name to a value, with the field of that name. */
const naming: Readonly<Record<string, string>> = {
  variable_declarator: "name",
  pair: "key",
  assignment_expression: "left",
  public_field_definition: "name",
  field_definition: "property",
};

const rules: BodyRules = {
  branches: new Set(["if_statement", "switch_case", "ternary_expression", "catch_clause"]),
  loops: new Set(["for_statement", "for_in_statement", "while_statement", "do_statement"]),
  returns: new Set(["return_statement"]),
  throws: new Set(["throw_statement"]),
  calls: { call_expression: "function", new_expression: "constructor" },
  members: { member_expression: ["object", "property"] },
  elements: { subscript_expression: "object" },
  changes: {
    assignment_expression: "left",
    augmented_assignment_expression: "left",
    update_expression: "argument",
  },
  binds: { variable_declarator: "name", for_in_statement: "left", catch_clause: "parameter" },
  assigningBinds: false,
  lastIsReturned: false,
  labels: {},
  silent: new Set(["type_annotation", "type_arguments", "type_parameters", "class_declaration", "class", "comment"]),
  names: new Set(["identifier", "shorthand_property_identifier"]),
  wrappers: new Set(["non_null_expression", "parenthesized_expression"]),
  callbacks: new Set(),
  self: new Set(["this", "super"]),
};

/** The node that names a function value, or null. */
function namer(node: Node): Node | null {
  const parent = node.parent;
  return parent && Object.hasOwn(naming, parent.type) && /function|class$/.test(node.type) ? parent : null;
}

function whole(node: Node): Node {
  const named = namer(node);
  let top = named ?? node;
  const holders = /^(lexical_declaration|variable_declaration|export_statement|expression_statement)$/;
  while (top.parent && holders.test(top.parent.type) && top.parent.namedChildren.at(-1)?.id === top.id)
    top = top.parent;
  return top;
}

/** A method's decorators stand before it. */
function start(node: Node): number {
  let first = whole(node);
  for (let one = first.previousNamedSibling; one?.type === "decorator"; one = one.previousNamedSibling) first = one;
  return first.startIndex;
}

function name(node: Node): string | null {
  const named = namer(node);
  if (!named) return field(node, "name");
  const key = named.childForFieldName(naming[named.type]!);
  if (key?.type === "member_expression") return field(key, "property");
  return key && /pattern$/.test(key.type) ? null : (key?.text ?? null);
}

function isExported(node: Node): boolean {
  const owner = above(node, classes);
  if (owner && !/^class/.test(node.type)) return isExported(owner) && !/^(private\b|#)/.test(node.text);
  const top = whole(node);
  if (top.type === "export_statement") return true;
  if (/^(module\.)?exports\b/.test(top.text)) return true;
  const own = name(node);
  const lists = node.tree.rootNode.descendantsOfType("export_specifier");
  return top.parent?.type === "program" && lists.some((one) => field(one, "name") === own);
}

function parameter(node: Node): Parameter[] {
  const pattern = /_parameter$/.test(node.type) ? node.childForFieldName("pattern") : node;
  if (!pattern || pattern.type === "this" || pattern.type === "comment") return [];
  const isAssigned = pattern.type === "assignment_pattern";
  const target = isAssigned ? pattern.childForFieldName("left")! : pattern;
  const value = isAssigned ? field(pattern, "right") : field(node, "value");
  const isRest = target.type === "rest_pattern";
  return [
    {
      name: isRest ? (target.namedChild(0)?.text ?? target.text) : target.text,
      names: namesIn(target, rules),
      type: withoutColon(field(node, "type")),
      default: value,
      isOptional: value !== null || isRest || node.type === "optional_parameter",
      takes: isRest ? "rest" : "one",
    },
  ];
}

function kind(node: Node): FunctionKind {
  const found = /field_definition$/.test(namer(node)?.type ?? "") ? "method" : kinds[node.type]!;
  if (found !== "method") return found;
  if (name(node) === "constructor") return "constructor";
  const accessor = node.children.find((child) => child.type === "get" || child.type === "set")?.type;
  return accessor === "get" ? "getter" : accessor === "set" ? "setter" : "method";
}

export const ecmascript: Dialect = {
  kinds,
  bodyRules: rules,
  kind,
  name,
  whole,
  start,
  within: (node) => {
    const owner = above(node, new Set([...classes, ...Object.keys(kinds)]));
    return owner && (classes.has(owner.type) ? field(owner, "name") : name(owner));
  },
  parameters: (node) => {
    const single = node.childForFieldName("parameter");
    if (single) return [plain(single.text)];
    return node.childForFieldName("parameters")?.namedChildren.flatMap(parameter) ?? [];
  },
  returnType: (node) => withoutColon(field(node, "return_type")),
  body: (node) => node.childForFieldName("body"),
  bases: (node) => {
    const heritage = node.namedChildren.find((child) => child.type === "class_heritage");
    if (!heritage) return [];
    const clauses = heritage.namedChildren.flatMap((child) =>
      /_clause$/.test(child.type) ? child.namedChildren : [child],
    );
    return clauses.filter((child) => child.type !== "type_arguments").map((child) => child.text);
  },
  isAsync: (node) => node.children.some((child) => child.type === "async"),
  isGenerator: (node) => /^generator/.test(node.type) || node.children.some((child) => child.type === "*"),
  isExported,
  documentation: (node) => commentAbove(whole(node), (comment) => /^\/\*\*(?!\/)/.test(comment.text), /^decorator$/),
};
