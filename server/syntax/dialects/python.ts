// Functions and classes of Python.
import type { Node } from "web-tree-sitter";
import {
  above,
  type BodyRules,
  type Dialect,
  type FunctionKind,
  field,
  type Parameter,
  plain,
  spanOf,
} from "../dialect.ts";
import { isDocstring } from "../regions.ts";

const kinds: Readonly<Record<string, FunctionKind>> = { function_definition: "function", class_definition: "class" };
const owners = new Set(Object.keys(kinds));

/** What a pattern of `match` binds: a name without dots, but not that of a class. */
const capture = (node: Node) =>
  node.namedChildCount === 1 && !/^(class_pattern|import)/.test(node.parent?.type ?? "") ? node.namedChildren : [];

/** The names that an import makes known: `import a.b` that of the package. */
function imported(node: Node): readonly Node[] {
  return node
    .childrenForFieldName("name")
    .flatMap((one) => one.childForFieldName("alias") ?? (node.type === "import_statement" ? one.namedChild(0)! : one));
}

const rules: BodyRules = {
  branches: new Set([
    "if_statement",
    "elif_clause",
    "conditional_expression",
    "except_clause",
    "case_clause",
    "if_clause",
  ]),
  loops: new Set(["for_statement", "while_statement", "for_in_clause"]),
  returns: new Set(["return_statement"]),
  throws: new Set(["raise_statement"]),
  calls: { call: "function" },
  members: { attribute: ["object", "attribute"] },
  elements: { subscript: "value" },
  changes: { assignment: "left", augmented_assignment: "left", delete_statement: "" },
  binds: {
    for_statement: "left",
    for_in_clause: "left",
    as_pattern_target: "",
    named_expression: "name",
    global_statement: (node) => node.namedChildren,
    nonlocal_statement: (node) => node.namedChildren,
    import_statement: imported,
    import_from_statement: imported,
    dotted_name: capture,
    splat_pattern: "",
    // In `with` and `except` the name is a target.
    as_pattern: (node) => node.namedChildren.slice(-1).filter((child) => child.type === "identifier"),
  },
  assigningBinds: true,
  lastIsReturned: false,
  labels: { keyword_argument: "name", keyword_pattern: "" },
  silent: new Set([
    "type",
    "global_statement",
    "nonlocal_statement",
    "import_statement",
    "import_from_statement",
    "class_definition",
    "comment",
  ]),
  // With dots a name stands in imports and patterns only.
  names: new Set(["identifier", "dotted_name"]),
  wrappers: new Set(["parenthesized_expression"]),
  callbacks: new Set(["lambda"]),
  self: new Set(),
};

const decorators = (node: Node): string[] =>
  node.parent?.type === "decorated_definition"
    ? node.parent.namedChildren.filter((child) => child.type === "decorator").map((child) => child.text)
    : [];

/** The class whose method it is, not one around the function that it is in. */
function ownClass(node: Node): Node | null {
  const owner = above(node, owners);
  return owner?.type === "class_definition" ? owner : null;
}

function kind(node: Node): FunctionKind {
  if (node.type === "class_definition") return "class";
  if (!ownClass(node)) return "function";
  const marks = decorators(node);
  if (marks.some((mark) => /^@(functools\.)?(cached_)?property\b/.test(mark))) return "getter";
  if (marks.some((mark) => /\.setter\b/.test(mark))) return "setter";
  return field(node, "name") === "__init__" ? "constructor" : "method";
}

function parameter(node: Node): Parameter[] {
  const type = field(node, "type");
  switch (node.type) {
    case "identifier":
      return [plain(node.text)];
    case "typed_parameter": {
      const [inner] = parameter(node.namedChild(0)!);
      return inner ? [{ ...inner, type }] : [];
    }
    case "default_parameter":
    case "typed_default_parameter":
      return [plain(field(node, "name")!, { type, default: field(node, "value"), isOptional: true })];
    case "list_splat_pattern":
      return [plain(node.namedChild(0)?.text ?? "", { takes: "rest", isOptional: true })];
    case "dictionary_splat_pattern":
      return [plain(node.namedChild(0)?.text ?? "", { takes: "keywords", isOptional: true })];
    default:
      return [];
  }
}

export const python: Dialect = {
  kinds,
  bodyRules: rules,
  kind,
  name: (node) => node.childForFieldName("name"),
  whole: (node) => (node.parent?.type === "decorated_definition" ? node.parent : node),
  within: (node) => {
    const owner = ownClass(node);
    return owner && field(owner, "name");
  },
  parameters: (node) => {
    const all = node.childForFieldName("parameters")?.namedChildren.flatMap(parameter) ?? [];
    const isBound = ownClass(node) !== null && !decorators(node).some((mark) => /^@staticmethod\b/.test(mark));
    return isBound ? all.slice(1) : all;
  },
  returnType: (node) => field(node, "return_type"),
  body: (node) => node.childForFieldName("body"),
  // What is named, like a metaclass, is no base.
  bases: (node) => {
    const all = node.childForFieldName("superclasses")?.namedChildren ?? [];
    return all
      .filter(({ type }) => !/^(keyword_argument|dictionary_splat|comment)$/.test(type))
      .map(({ text }) => text);
  },
  isAsync: (node) => node.children[0]?.type === "async",
  isGenerator: (node) => {
    const own = (one: Node) => above(one, new Set([...owners, "lambda"]))?.id === node.id;
    return node.descendantsOfType("yield").some(own);
  },
  // What a module's `__all__` says would be nearer; a leading underscore is the convention.
  isExported: (node) => {
    const owner = above(node, owners);
    if (owner?.type === "function_definition") return false;
    const isHidden = (one: Node) => /^_(?!_.*__$)/.test(field(one, "name") ?? "_");
    return !isHidden(node) && (owner === null || !isHidden(owner));
  },
  documentation: (node) => {
    const first = node.childForFieldName("body")?.namedChildren.find((child) => child.type !== "comment");
    return first && isDocstring(first) ? spanOf(first) : null;
  },
};
