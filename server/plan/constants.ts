// Arithmetic of whole numbers in a TypeScript or JavaScript file: its exact value, and where the same one stands several times.
import type TS from "typescript";
import { contains, functionAround } from "./nodes.ts";
import type { Project, TypeScript } from "./project.ts";

/**
 * The value of an expression of whole numbers, exact in every step; null where a name is in it or a step would round.
 * `a * b / c` is worked out from the left as the language does.
 */
export function exactly(ts: TypeScript, node: TS.Node): number | null {
  if (ts.isParenthesizedExpression(node)) return exactly(ts, node.expression);
  if (ts.isNumericLiteral(node)) return Number.isSafeInteger(Number(node.text)) ? Number(node.text) : null;
  if (!ts.isBinaryExpression(node)) return null;
  const [left, right] = [exactly(ts, node.left), exactly(ts, node.right)];
  if (left === null || right === null) return null;
  const { kind } = node.operatorToken;
  let value: number | null = null;
  if (kind === ts.SyntaxKind.PlusToken) value = left + right;
  if (kind === ts.SyntaxKind.MinusToken) value = left - right;
  if (kind === ts.SyntaxKind.AsteriskToken) value = left * right;
  if (kind === ts.SyntaxKind.SlashToken && right !== 0) value = left / right;
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** One number that is worked out, or written out, at several places. */
export interface Constant {
  readonly value: number;
  /** In the order of the text; none lies in another one. */
  readonly places: readonly TS.Expression[];
  /** The constant at the top of the file that holds it already; its own value is none of the places. */
  readonly known: TS.VariableDeclaration | null;
}

/** Smaller products are as clear as a name would be. */
const leastNamed = 60;

/**
 * What deserves a name: a product or sum that stands at two places at least, or whose meaning everybody knows. Literals of the same
 * value count as places of it. The most frequent first.
 */
export function constantsIn(project: Project, file: string): readonly Constant[] {
  const { ts } = project;
  const source = project.source(file);
  const groups = new Map<number, TS.Expression[]>();
  const visit = (node: TS.Node): void => {
    ts.forEachChild(node, visit);
    const isWhole = ts.isBinaryExpression(node) ? !isPartOfSum(ts, node) : ts.isNumericLiteral(node);
    const value = isWhole && isValue(ts, node) ? exactly(ts, node) : null;
    if (value === null || value < leastNamed) return;
    const place = outermost(ts, node as TS.Expression);
    groups.set(value, [...(groups.get(value) ?? []), place]);
  };
  visit(source);
  const found = [...groups].flatMap(([value, all]): readonly Constant[] => {
    const known = topConstant(ts, source, all);
    const places = all.filter((place) => !(known && contains(known, place)) && isReached(ts, place, known));
    const isWorkedOut = all.some((place) => !ts.isNumericLiteral(bare(ts, place)));
    const isMeant = knownConstants.has(value) && places.some((place) => !isTopValue(ts, place));
    if (!isWorkedOut || places.length === 0 || (known === null && places.length < 2 && !isMeant)) return [];
    return [{ value, places, known }];
  });
  const order = found.sort(
    (one, other) => other.places.length - one.places.length || one.places[0]!.pos - other.places[0]!.pos,
  );
  // What is in another one, or around it, is seen again when that one has its name.
  const kept: Constant[] = [];
  for (const each of order) {
    const overlaps = kept.some(({ places }) =>
      places.some((a) => each.places.some((b) => contains(a, b) || contains(b, a))),
    );
    if (!overlaps) kept.push(each);
  }
  return kept;
}

/** Names that everybody would give. */
export const knownConstants: ReadonlyMap<number, string> = new Map([
  [1_440, "minutesPerDay"],
  [3_600, "secondsPerHour"],
  [86_400, "secondsPerDay"],
  [604_800, "secondsPerWeek"],
  [60_000, "millisecondsPerMinute"],
  [3_600_000, "millisecondsPerHour"],
  [86_400_000, "millisecondsPerDay"],
  [604_800_000, "millisecondsPerWeek"],
  [1_048_576, "bytesPerMegabyte"],
  [1_073_741_824, "bytesPerGigabyte"],
]);

/** `24 * 60` in `24 * 60 * 60`: a reader does not see it as a number of its own. */
function isPartOfSum(ts: TypeScript, node: TS.Node): boolean {
  return ts.isBinaryExpression(node.parent) && exactly(ts, node.parent) !== null;
}

/** Not a key, an index that is written out, a type or a value of an enum. */
function isValue(ts: TypeScript, node: TS.Node): boolean {
  const { parent } = node;
  if (ts.isNumericLiteral(node) && ts.isBinaryExpression(parent) && exactly(ts, parent) !== null) return false;
  return !(
    ts.isLiteralTypeNode(parent) ||
    ts.isEnumMember(parent) ||
    (ts.isPropertyAssignment(parent) && parent.name === node) ||
    ts.isElementAccessExpression(parent)
  );
}

function outermost(ts: TypeScript, node: TS.Expression): TS.Expression {
  return ts.isParenthesizedExpression(node.parent) ? outermost(ts, node.parent) : node;
}

function bare(ts: TypeScript, node: TS.Expression): TS.Expression {
  return ts.isParenthesizedExpression(node) ? bare(ts, node.expression) : node;
}

/** The constant at the top whose value is one of the places. */
function topConstant(
  ts: TypeScript,
  source: TS.SourceFile,
  places: readonly TS.Expression[],
): TS.VariableDeclaration | null {
  for (const statement of source.statements) {
    if (!ts.isVariableStatement(statement) || !(statement.declarationList.flags & ts.NodeFlags.Const)) continue;
    for (const each of statement.declarationList.declarations) {
      if (ts.isIdentifier(each.name) && places.some((place) => each.initializer === place)) return each;
    }
  }
  return null;
}

function isTopValue(ts: TypeScript, place: TS.Expression): boolean {
  return ts.isVariableDeclaration(place.parent) && ts.isSourceFile(place.parent.parent.parent.parent);
}

/** A constant that is made further down has no value yet where the top of the file is run. */
function isReached(ts: TypeScript, place: TS.Expression, known: TS.VariableDeclaration | null): boolean {
  return known === null || place.pos > known.end || !ts.isSourceFile(functionAround(ts, place));
}
