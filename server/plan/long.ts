// Long functions, and the parts of them that may become functions of their own: what the language service can take out, and
// what a reader would take out.
import type TS from "typescript";
import { contains, everyNode, functionAround } from "./nodes.ts";
import type { Project, TypeScript } from "./project.ts";
import { preferencesOf } from "./service.ts";

/** Longer ones are long. Lines of the body. */
export const longest = 30;
/** Parts are worth a function from so many lines on, and are not nearly all of the one they come from. */
const leastLines = 5;
const mostShare = 0.75;
/** A part of more lines is not better for it: it would soon be a long function too. */
const mostWorth = 20;
/** Most parts of one function that the language service is asked about: each takes it a walk over the types. */
const mostAsked = 40;

export interface Long {
  readonly node: TS.FunctionLikeDeclaration;
  readonly body: TS.Block;
  /** Its name with those around it, and dots. */
  readonly name: string;
  readonly lines: number;
}

/** Statements side by side that can be taken out. */
export interface Part {
  readonly statements: readonly TS.Statement[];
  readonly start: number;
  readonly end: number;
  readonly lines: number;
  /** Of the language service's actions, the one that makes the function where most code may call it. */
  readonly action: string;
}

/** The long functions of a file with a name, in its order; of those inside each other the inner ones. */
export function longFunctions({ ts }: Project, source: TS.SourceFile): readonly Long[] {
  const found: Long[] = [];
  everyNode(ts, source, (node) => {
    if (!ts.isFunctionLike(node) || !("body" in node) || !node.body || !ts.isBlock(node.body)) return;
    const lines = linesOf(source, node.body.getStart(source), node.body.end) - 2;
    const name = nameOf(ts, node as TS.FunctionLikeDeclaration);
    if (lines > longest && name !== null)
      found.push({ node: node as TS.FunctionLikeDeclaration, body: node.body, name, lines });
  });
  return found.filter(({ body }) => !found.some((other) => other.body !== body && contains(body, other.body)));
}

function nameOf(ts: TypeScript, node: TS.FunctionLikeDeclaration): string | null {
  if (ts.isConstructorDeclaration(node)) return null;
  const own = node.name ?? (ts.isVariableDeclaration(node.parent) ? node.parent.name : undefined);
  if (!own || !ts.isIdentifier(own)) return null;
  const home = ts.isMethodDeclaration(node) && ts.isClassLike(node.parent) ? node.parent.name : undefined;
  return home ? `${home.text}.${own.text}` : own.text;
}

/**
 * The parts that can be taken out of a function, none inside another one, the best first: long ones that need little from outside.
 * Parts are paragraphs, that is statements between empty lines, single statements with blocks, and runs of both.
 */
export function partsOf(project: Project, file: string, { body, lines }: Long): readonly Part[] {
  const { ts } = project;
  const source = body.getSourceFile();
  const blocks: TS.Block[] = [];
  everyNode(ts, body, (node) => {
    if (ts.isBlock(node) && !ts.isFunctionLike(node.parent)) blocks.push(node);
  });
  const runs = [body, ...blocks].flatMap((block) => runsOf(source, block));
  const sized = runs
    .map((run) => {
      const [start, end] = [run.statements[0]!.getStart(source), run.statements.at(-1)!.end];
      return { ...run, start, end, lines: linesOf(source, start, end) };
    })
    .filter((run) => run.lines >= leastLines && run.lines <= lines * mostShare)
    .sort((one, other) => other.lines - one.lines || one.start - other.start)
    .slice(0, mostAsked);
  const names = namesIn(project, body);
  const rated = sized.flatMap((run) => {
    const worth = Math.min(run.lines, mostWorth) - priceOf(names, run) - 8 * (run.paragraphs - 1);
    const action = worth > 0 ? actionFor(project, file, run) : null;
    return action === null ? [] : [{ ...run, action, worth }];
  });
  const best = rated.sort((one, other) => other.worth - one.worth || one.start - other.start);
  const kept: typeof best = [];
  for (const run of best) {
    if (!kept.some((other) => run.start < other.end && other.start < run.end)) kept.push(run);
  }
  return kept;
}

interface Paragraphs {
  readonly statements: readonly TS.Statement[];
  readonly paragraphs: number;
}

/** Runs of neighbouring paragraphs of a block, and single statements that are long. */
function runsOf(source: TS.SourceFile, { statements }: TS.Block): Paragraphs[] {
  const isBig = (one: TS.Statement) => linesOf(source, one.getStart(source), one.end) >= leastLines;
  const paragraphs: TS.Statement[][] = [];
  for (const [i, statement] of statements.entries()) {
    const gap = i === 0 ? "\n\n" : source.text.slice(statements[i - 1]!.end, statement.getStart(source));
    if (/\n[ \t]*\r?\n|\/\/|\/\*/.test(gap) || (i > 0 && isBig(statements[i - 1]!))) paragraphs.push([statement]);
    else paragraphs.at(-1)!.push(statement);
  }
  const runs = paragraphs.flatMap((_first, from) =>
    paragraphs
      .slice(from, from + 4)
      .map((_last, more) => ({ statements: paragraphs.slice(from, from + more + 1).flat(), paragraphs: more + 1 })),
  );
  const single = paragraphs.filter((each) => each.length > 1).flatMap((each) => each.filter(isBig));
  return [...runs, ...single.map((each) => ({ statements: [each], paragraphs: 1 }))];
}

/** What may be made of a part: a method of its class, else a function of the file; null where that cannot be. */
function actionFor(project: Project, file: string, { start, end }: { start: number; end: number }): string | null {
  const found = project.service.getApplicableRefactors(
    project.absolute(file),
    { pos: start, end },
    preferencesOf(project, file),
    "invoked",
    "refactor.extract.function",
  );
  const actions = found
    .filter(({ name }) => name === "Extract Symbol")
    .flatMap((refactor) => refactor.actions)
    .filter(({ name, notApplicableReason }) => /^function_scope_\d+$/.test(name) && notApplicableReason === undefined);
  // A function inside the long one would not make it shorter.
  const wanted = actions.filter(({ description }) => /method in class|module scope|global scope/.test(description));
  return wanted[0]?.name ?? null;
}

interface Name {
  /** Where it is declared in the function, its parameters included. */
  readonly declared: number;
  readonly places: number[];
}

/** The names that belong to a function alone, with all places where they stand. */
function namesIn({ ts, service }: Project, body: TS.Block): readonly Name[] {
  const checker = service.getProgram()!.getTypeChecker();
  const source = body.getSourceFile();
  const found = new Map<TS.Symbol, Name>();
  everyNode(ts, body, (node) => {
    if (!ts.isIdentifier(node)) return;
    const symbol = checker.getSymbolAtLocation(node);
    const declaration = symbol?.valueDeclaration;
    if (
      !symbol ||
      !declaration ||
      declaration.getSourceFile() !== source ||
      ts.isSourceFile(functionAround(ts, declaration))
    )
      return;
    if (!ts.isVariableDeclaration(declaration) && !ts.isParameter(declaration) && !ts.isBindingElement(declaration))
      return;
    const name = found.get(symbol) ?? { declared: declaration.getStart(source), places: [] };
    name.places.push(node.getStart(source));
    found.set(symbol, name);
  });
  return [...found.values()];
}

/** What a part asks of its reader: names that it needs are parameters, those that are needed of it results; one of each is free. */
function priceOf(names: readonly Name[], { start, end }: { readonly start: number; readonly end: number }): number {
  const isIn = (at: number) => at >= start && at < end;
  const needed = names.filter(({ declared, places }) => !isIn(declared) && places.some(isIn)).length;
  const given = names.filter(({ declared, places }) => isIn(declared) && !places.every(isIn)).length;
  return 2 * Math.max(0, needed - 1) + 5 * Math.max(0, given - 1);
}

function linesOf(source: TS.SourceFile, start: number, end: number): number {
  return source.text.slice(start, end).split("\n").length;
}
