// What code says about a thing that is to be named: its value, its type, what is done with it. Names by rules, the best first.
import type TS from "typescript";
import { everyNode } from "../nodes.ts";
import type { Project, TypeScript } from "../project.ts";
import type { Poor } from "./poor.ts";
import { camel, givenBy, isPoor, isUsable, manyOf, nameOfComment, oneOf, wordsOf } from "./words.ts";

/** Candidates for a variable or a parameter, or for a function by what it does. */
export function candidatesFor(project: Project, { declaration }: Pick<Poor, "declaration">): readonly string[] {
  const { ts } = project;
  if (ts.isFunctionDeclaration(declaration)) {
    const statements = declaration.body?.statements ?? [];
    const returned = returnedName(ts, statements);
    return usable([...doingOf(ts, statements, returned), "run"]);
  }
  const checker = project.service.getProgram()!.getTypeChecker();
  const type = checker.getTypeAtLocation(declaration);
  const value = declaration.initializer ? ofValue(ts, declaration.initializer) : [];
  return usable([...value, ...ofType(ts, checker, type), ...general(ts, checker, type)]);
}

/** Names of a function whose body is these statements, from what it begins with, gives back and calls. */
export function doingOf(ts: TypeScript, statements: readonly TS.Statement[], given: string | null): readonly string[] {
  const names: string[] = [];
  const [first] = statements;
  if (first) {
    const text = first.getSourceFile().text;
    const above = ts.getLeadingCommentRanges(text, first.getFullStart())?.at(-1);
    if (above) names.push(nameOfComment(text.slice(above.pos, above.end)) ?? "");
  }
  if (given !== null) names.push(...verbsFor(ts, statements).map((verb) => camel([verb, ...wordsOf(given)])));
  const calls: string[] = [];
  let throws = false;
  for (const statement of statements) {
    everyNode(ts, statement, (node) => {
      if (ts.isThrowStatement(node)) throws = true;
      if (ts.isCallExpression(node)) calls.push(lastName(ts, node.expression) ?? "");
    });
  }
  const over = statements.flatMap((each) => (ts.isForOfStatement(each) ? (lastName(ts, each.expression) ?? []) : []));
  for (const many of over) names.push(camel([throws ? "check" : "process", ...wordsOf(many)]));
  // What is called last is mostly what the rest was for.
  for (const call of calls.reverse()) if (wordsOf(call).length > 1) names.push(`${call}Part`);
  if (throws) names.push("checkInput");
  return usable(names);
}

function usable(names: readonly string[]): readonly string[] {
  return [...new Set(names)].filter(isUsable);
}

/** How a value is come by: by adding up, by collecting, by looking for it. */
function verbsFor(ts: TypeScript, statements: readonly TS.Statement[]): readonly string[] {
  const verbs = new Set<string>();
  for (const statement of statements) {
    everyNode(ts, statement, (node) => {
      if (ts.isCallExpression(node) && lastName(ts, node.expression) === "push") verbs.add("collect");
      if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusEqualsToken)
        verbs.add("compute");
      if (ts.isBreakStatement(node)) verbs.add("find");
    });
  }
  return [...verbs, verbs.size === 0 ? "make" : "get"];
}

/** The name that a body gives back at its end; null where that has none. */
export function returnedName(ts: TypeScript, statements: readonly TS.Statement[]): string | null {
  const last = statements.at(-1);
  const name = last && ts.isReturnStatement(last) && last.expression ? lastName(ts, last.expression) : null;
  return name === undefined ? null : name;
}

function ofValue(ts: TypeScript, value: TS.Expression): string[] {
  if (ts.isAwaitExpression(value) || ts.isParenthesizedExpression(value) || ts.isNonNullExpression(value))
    return ofValue(ts, value.expression);
  if (ts.isNewExpression(value)) return [camel(wordsOf(value.expression.getText().split(".").at(-1)!))];
  if (ts.isCallExpression(value)) {
    const called = lastName(ts, value.expression);
    if (called === null) return [];
    const of = ts.isPropertyAccessExpression(value.expression) ? lastName(ts, value.expression.expression) : null;
    const over = of !== null && isPoor(of) ? null : of;
    if (over !== null && filtering.has(called)) return [camel([filtering.get(called)!, ...wordsOf(over)]), over];
    if (over !== null && called === "find") return [oneOf(over) ?? "", "found"];
    if (filtering.has(called)) return [filtering.get(called)!];
    if (called === "map") return mapped(ts, value);
    if (called === "reduce") return ["total"];
    return [givenBy(called) ?? "", actions.get(called) ?? "", called === "join" ? "text" : ""];
  }
  if (ts.isPropertyAccessExpression(value)) return [value.name.text === "length" ? "count" : value.name.text];
  if (ts.isElementAccessExpression(value)) {
    const many = lastName(ts, value.expression);
    return many === null ? [] : [oneOf(many) ?? "", `${many}Entry`];
  }
  if (ts.isBinaryExpression(value)) return ofValue(ts, value.left);
  return [];
}

const filtering = new Map([
  ["filter", "matching"],
  ["sort", "sorted"],
  ["toSorted", "sorted"],
  ["slice", "some"],
  ["reverse", "reversed"],
  ["concat", "all"],
]);
const actions = new Map([
  ["round", "rounded"],
  ["floor", "rounded"],
  ["ceil", "rounded"],
  ["split", "parts"],
  ["trim", "trimmed"],
  ["match", "matched"],
  ["exec", "matched"],
  ["keys", "keys"],
  ["values", "values"],
  ["entries", "entries"],
  ["indexOf", "index"],
  ["findIndex", "index"],
  ["now", "now"],
  ["stringify", "serialized"],
  ["abs", "size"],
  ["max", "largest"],
  ["min", "smallest"],
  ["sqrt", "root"],
]);

/** `users.map((user) => user.name)`: "names". */
function mapped(ts: TypeScript, { arguments: [how] }: TS.CallExpression): string[] {
  if (!how || !ts.isArrowFunction(how) || ts.isBlock(how.body)) return [];
  const one = ts.isCallExpression(how.body)
    ? (givenBy(lastName(ts, how.body.expression) ?? "") ?? "")
    : (lastName(ts, how.body) ?? "");
  return one === "" ? [] : [manyOf(one)];
}

function ofType(ts: TypeScript, checker: TS.TypeChecker, type: TS.Type): string[] {
  const nothing = ts.TypeFlags.Undefined | ts.TypeFlags.Null;
  const known = type.isUnion() ? type.types.filter(({ flags }) => (flags & nothing) === 0) : [type];
  const [only = type, ...more] = known;
  if (more.length > 0) return [];
  const [element] = checker.isArrayType(only) ? checker.getTypeArguments(only as TS.TypeReference) : [];
  if (element) return ofType(ts, checker, element).map(manyOf);
  const name = (only.aliasSymbol ?? only.getSymbol())?.getName() ?? "";
  // What the language brings is told by what it is for, below.
  return /^[A-Z][A-Za-z]+$/.test(name) && !builtIn.test(name) ? [camel(wordsOf(name)), wordsOf(name).at(-1)!] : [];
}

const builtIn =
  /^(?:Array|ReadonlyArray|Object|Function|Promise|String|Number|Boolean|Symbol|Iterator|Record|Partial)$/;

function general(ts: TypeScript, checker: TS.TypeChecker, type: TS.Type): string[] {
  if (checker.isArrayType(type)) return ["items", "entries"];
  if ((type.flags & ts.TypeFlags.StringLike) !== 0) return ["text", "content"];
  if ((type.flags & ts.TypeFlags.NumberLike) !== 0) return ["amount", "count"];
  if ((type.flags & ts.TypeFlags.BooleanLike) !== 0) return ["isWanted", "flag"];
  if (type.getCallSignatures().length > 0) return ["callback", "handler"];
  return ["value", "input", "subject"];
}

/** The name at the end of `a.b.orders` or `orders`. */
function lastName(ts: TypeScript, node: TS.Expression): string | null {
  if (ts.isIdentifier(node)) return node.text;
  return ts.isPropertyAccessExpression(node) ? node.name.text : null;
}
