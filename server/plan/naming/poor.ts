// Poor names in a TypeScript or JavaScript file: what is declared there under a name that says nothing, and may be renamed.
import type TS from "typescript";
import { everyNode, functionAround } from "../nodes.ts";
import type { Project, TypeScript } from "../project.ts";
import { isPoor } from "./words.ts";

export interface Poor {
  readonly name: TS.Identifier;
  readonly declaration: TS.VariableDeclaration | TS.ParameterDeclaration | TS.FunctionDeclaration;
  /** Names of the functions and classes around it, from the outside, with dots; "" at the top. */
  readonly within: string;
}

export function poorNames(project: Project, file: string): readonly Poor[] {
  const { ts } = project;
  const source = project.source(file);
  const found: Poor[] = [];
  everyNode(ts, source, (node) => {
    const declares = ts.isVariableDeclaration(node) || ts.isParameter(node) || ts.isFunctionDeclaration(node);
    if (!declares || !node.name || !ts.isIdentifier(node.name) || !isPoor(node.name.text)) return;
    if (isCustomary(ts, node, node.name.text) || !mayBeRenamed(project, file, node)) return;
    found.push({ name: node.name, declaration: node, within: within(ts, node) });
  });
  return found;
}

type Declaration = Poor["declaration"];

/** Short names that people read well: of loops, of lambdas, of what is caught, and coordinates side by side. */
function isCustomary(ts: TypeScript, node: Declaration, name: string): boolean {
  const { parent } = node;
  const isLambdas = ts.isParameter(node) && (ts.isArrowFunction(parent) || ts.isFunctionExpression(parent));
  if (isLambdas && !ts.isVariableDeclaration(parent.parent)) return true;
  if (ts.isVariableDeclaration(node)) {
    if (ts.isCatchClause(parent)) return true;
    const above = parent.parent;
    if (ts.isForStatement(above) || ts.isForOfStatement(above) || ts.isForInStatement(above)) return true;
  }
  if (!/^[xyz]$/i.test(name)) return false;
  const home = ts.isParameter(node) ? parent : functionAround(ts, node);
  let others = 0;
  everyNode(ts, home, (each) => {
    const declares = ts.isVariableDeclaration(each) || ts.isParameter(each);
    if (declares && ts.isIdentifier(each.name) && each.name.text !== name && /^[xyz]$/i.test(each.name.text)) others++;
  });
  return others > 0;
}

/** Not what is only declared, what is a property too, and what a package gives to others, who are not here to be asked. */
function mayBeRenamed(project: Project, file: string, node: Declaration): boolean {
  const { ts } = project;
  if ((ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Ambient) !== 0) return false;
  if (ts.isParameter(node)) {
    const { parent } = node;
    return "body" in parent && parent.body !== undefined && !ts.isParameterPropertyDeclaration(node, parent);
  }
  if (ts.isFunctionDeclaration(node) && !node.body) return false;
  if (!ts.isSourceFile(functionAround(ts, node))) return true;
  const source = node.getSourceFile();
  // The top of a script without imports and exports is seen by other scripts, which need not be here.
  if (!ts.isExternalModule(source) && !/\brequire\(|\bmodule\.exports\b/.test(source.text)) return false;
  const checker = project.service.getProgram()!.getTypeChecker();
  const [symbol, module] = [checker.getSymbolAtLocation(node.name!), checker.getSymbolAtLocation(source)];
  const isExported =
    symbol !== undefined && module !== undefined && checker.getExportsOfModule(module).includes(symbol);
  if (!isExported) return (ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export) === 0;
  return importedInside(project, file, node.name as TS.Identifier);
}

/** Whether an exported name is used by other files of the folder, and by none that hands it on. */
function importedInside(project: Project, file: string, name: TS.Identifier): boolean {
  const { ts, service } = project;
  if (/(^|\/)index\.\w+$/.test(file)) return false;
  const at = service.getReferencesAtPosition(project.absolute(file), name.getStart()) ?? [];
  const others = at.filter(({ fileName }) => fileName !== project.absolute(file));
  if (others.length === 0 || others.some(({ fileName }) => project.relative(fileName) === null)) return false;
  const sources = new Set(others.map(({ fileName }) => project.relative(fileName)!));
  return [...sources].every((other) =>
    project
      .source(other)
      .statements.every((each) => !ts.isExportDeclaration(each) || each.moduleSpecifier === undefined),
  );
}

function within(ts: TypeScript, node: TS.Node): string {
  const names: string[] = [];
  for (let at = node.parent; at && !ts.isSourceFile(at); at = at.parent) {
    const named = ts.isFunctionLike(at) || ts.isClassLike(at) ? (at as { readonly name?: TS.Node }).name : undefined;
    if (named) names.unshift(named.getText());
    else if (ts.isConstructorDeclaration(at)) names.unshift("constructor");
    else if (ts.isArrowFunction(at) && ts.isVariableDeclaration(at.parent)) names.unshift(at.parent.name.getText());
  }
  return names.join(".");
}

/** Every name that means something in a file by itself: no properties, which a name of its own does not hide. */
export function namesUsed(ts: TypeScript, source: TS.SourceFile): readonly string[] {
  const names = new Set<string>();
  everyNode(ts, source, (node) => {
    if (!ts.isIdentifier(node)) return;
    const { parent } = node;
    const isProperty =
      (ts.isPropertyAccessExpression(parent) && parent.name === node) ||
      (ts.isQualifiedName(parent) && parent.right === node) ||
      (ts.isBindingElement(parent) && parent.propertyName === node) ||
      ((ts.isPropertyAssignment(parent) ||
        ts.isJsxAttribute(parent) ||
        ts.isTypeElement(parent) ||
        ts.isClassElement(parent)) &&
        (parent as { readonly name?: TS.Node }).name === node);
    if (!isProperty) names.add(node.text);
  });
  return [...names];
}
