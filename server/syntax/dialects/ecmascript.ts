// Functions and classes of TypeScript and JavaScript, with and without JSX.
import type { Node, Tree } from "web-tree-sitter";
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
import { namesIn } from "../names.ts";

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
const owners = new Set([...classes, ...Object.keys(kinds)]);
/** What gives a name to a value, with the field of that name. */
const naming: Readonly<Record<string, string>> = {
  variable_declarator: "name",
  pair: "key",
  assignment_expression: "left",
  public_field_definition: "name",
  field_definition: "property",
};

/** A tag in lower case is an element's own, no name of the code's. */
const tag = (node: Node) => node.childrenForFieldName("name").filter((one) => /^[a-z][^.]*$/.test(one.text));

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
  binds: {
    variable_declarator: "name",
    for_in_statement: "left",
    catch_clause: "parameter",
    enum_declaration: "name",
  },
  assigningBinds: false,
  lastIsReturned: false,
  labels: { jsx_opening_element: tag, jsx_closing_element: tag, jsx_self_closing_element: tag },
  silent: new Set([
    "type_annotation",
    "type_arguments",
    "type_parameters",
    "type_alias_declaration",
    "class_declaration",
    "abstract_class_declaration",
    "class",
    "interface_declaration",
    "enum_body",
    "jsx_namespace_name",
    "comment",
  ]),
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
  const holders =
    /^(lexical_declaration|variable_declaration|ambient_declaration|export_statement|expression_statement)$/;
  while (top.parent && holders.test(top.parent.type) && top.parent.namedChildren.at(-1)?.id === top.id)
    top = top.parent;
  return top;
}

/** A method's decorators stand before it. */
function start(node: Node): number {
  let first = whole(node);
  const isAbove = (one: Node | null) => one?.type === "decorator" || one?.type === "comment";
  // Between two decorators there may be a comment; one above all of them does not belong to them.
  for (let one = first.previousNamedSibling; isAbove(one); one = one!.previousNamedSibling)
    if (one!.type === "decorator") first = one!;
  return first.startIndex;
}

function name(node: Node): Node | null {
  const named = namer(node);
  if (!named) return node.childForFieldName("name");
  const key = named.childForFieldName(naming[named.type]!);
  if (key?.type === "member_expression") return key.childForFieldName("property");
  return key && /pattern$/.test(key.type) ? null : key;
}

/** The class whose member it is, not one around the function that it is in. */
function ownClass(node: Node): Node | null {
  const owner = above(node, owners);
  return owner && classes.has(owner.type) ? owner : null;
}

/** What was found out of a tree for one function, for all the others of it. */
interface Exports {
  /** What is exported by lists: `export { a, b as c }`. */
  readonly listed: ReadonlySet<string>;
  /** Whether a class is exported, by its node's id. */
  readonly classes: Map<number, boolean>;
}
const exportsOf = new WeakMap<Tree, Exports>();

function exportsIn({ tree }: Node): Exports {
  const known = exportsOf.get(tree);
  if (known) return known;
  // What has a source is another file's.
  const own = tree.rootNode.namedChildren.filter(
    (one) => one.type === "export_statement" && one.childForFieldName("source") === null,
  );
  const clauses = own.flatMap((one) => one.namedChildren.filter((child) => child.type === "export_clause"));
  const names = clauses.flatMap((one) => one.namedChildren.map((each) => field(each, "name") ?? ""));
  const found = { listed: new Set(names), classes: new Map<number, boolean>() };
  exportsOf.set(tree, found);
  return found;
}

function isExported(node: Node): boolean {
  const owner = classes.has(node.type) ? null : ownClass(node);
  if (owner) return isClassExported(owner) && !/^(private\b|#)/.test(node.text);
  const top = whole(node);
  if (top.type === "export_statement") return true;
  // Of a whole class or wrapper the text is long, and tells nothing.
  if (/^(assignment_expression|expression_statement)$/.test(top.type) && /^(module\.)?exports\b/.test(top.text))
    return true;
  return top.parent?.type === "program" && exportsIn(node).listed.has(name(node)?.text ?? "");
}

function isClassExported(node: Node): boolean {
  const known = exportsIn(node).classes;
  const found = known.get(node.id) ?? isExported(node);
  known.set(node.id, found);
  return found;
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
  if (name(node)?.text === "constructor") return "constructor";
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
    const owner = ownClass(node);
    return owner && (name(owner)?.text ?? null);
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
