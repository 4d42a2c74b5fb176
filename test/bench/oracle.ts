// What others say of a function, to hold our facts and comments against: TypeScript's own parser, and Python's.
import { spawnSync } from "node:child_process";
import ts from "typescript";

export interface Told {
  /** Names that the parameters bind, in order. */
  readonly parameters: readonly string[];
  readonly returnType: string | null;
  /** Last names of what is called. */
  readonly calls: readonly string[];
  readonly loops: number;
  /** Names that its comment describes; null where it has no comment that parses. */
  readonly described: readonly string[] | null;
}

/** The function that begins at or behind an offset, as TypeScript reads it; null where there is none by this name. */
export function toldByTypeScript(text: string, file: string, name: string, offset: number): Told | null {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true, kindOf(file));
  let found: ts.SignatureDeclaration | null = null;
  let nearest = Number.POSITIVE_INFINITY;
  const visit = (node: ts.Node): void => {
    if (ts.isFunctionLike(node) && namesOf(node).includes(name)) {
      const distance = Math.abs(node.getStart(source) - offset);
      if (distance < nearest) [found, nearest] = [node, distance];
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found && told(found, source);
}

function told(node: ts.SignatureDeclaration, source: ts.SourceFile): Told {
  const calls = new Set<string>();
  let loops = 0;
  const visit = (inner: ts.Node): void => {
    if (ts.isCallExpression(inner) || ts.isNewExpression(inner)) {
      const last = lastName(inner.expression);
      if (last !== null) calls.add(last);
    }
    if (ts.isIterationStatement(inner, false)) loops++;
    ts.forEachChild(inner, visit);
  };
  const { body } = node as ts.FunctionLikeDeclaration;
  if (body) visit(body);
  const tags = ts.getJSDocCommentsAndTags(node).filter(ts.isJSDoc);
  const described = tags.flatMap(({ tags: each }) => [...(each ?? [])].filter(ts.isJSDocParameterTag));
  const isThis = ({ name }: ts.ParameterDeclaration) => ts.isIdentifier(name) && name.text === "this";
  return {
    parameters: node.parameters.filter((each) => !isThis(each)).flatMap(({ name }) => namesIn(name)),
    returnType: node.type?.getText(source) ?? null,
    calls: [...calls],
    loops,
    described: tags.length === 0 ? null : described.map(({ name }) => name.getText(source)),
  };
}

/** A function's own name, and that of the variable or property that holds it. */
function namesOf(node: ts.SignatureDeclaration): readonly string[] {
  if (ts.isConstructorDeclaration(node)) return ["constructor"];
  const holder =
    ts.isFunctionExpression(node) || ts.isArrowFunction(node) ? (node.parent as ts.NamedDeclaration).name : null;
  const target = ts.isBinaryExpression(node.parent) ? lastName(node.parent.left) : null;
  return [node.name?.getText(), holder?.getText(), target].flatMap((each) => each ?? []);
}

function namesIn(name: ts.BindingName): string[] {
  if (ts.isIdentifier(name)) return [name.text];
  return name.elements.flatMap((each) => (ts.isBindingElement(each) ? namesIn(each.name) : []));
}

function lastName(node: ts.Expression): string | null {
  if (ts.isIdentifier(node)) return node.text;
  if (node.kind === ts.SyntaxKind.SuperKeyword) return "super";
  if (ts.isPropertyAccessExpression(node)) return node.name.text;
  return ts.isNonNullExpression(node) || ts.isParenthesizedExpression(node) ? lastName(node.expression) : null;
}

const kindOf = (file: string) =>
  file.endsWith("x") ? ts.ScriptKind.TSX : /\.[cm]?js$/.test(file) ? ts.ScriptKind.JS : ts.ScriptKind.TS;

/** Which the functions of Python texts are, by its own parser: at a line from 1, near enough. Null where there is no Python. */
export function toldByPython(
  asked: readonly { readonly text: string; readonly name: string; readonly line: number }[],
): readonly (Told | null)[] | null {
  const child = spawnSync("python3", ["-c", script], {
    input: JSON.stringify(asked),
    encoding: "utf8",
    maxBuffer: 1e9,
  });
  if (child.status !== 0) return null;
  return JSON.parse(child.stdout) as (Told | null)[];
}

const script = `
import ast, json, re, sys

def told(text, name, line):
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef)
    found = [n for n in ast.walk(tree) if isinstance(n, kinds) and n.name == name]
    if not found:
        return None
    node = min(found, key=lambda n: abs(n.lineno - line))
    own = lambda body: [m for n in body for m in ([n] if not isinstance(n, ast.If) else own(n.body + n.orelse))]
    is_method = any(node in own(c.body) for c in ast.walk(tree) if isinstance(c, ast.ClassDef))
    is_static = any(getattr(d, "id", "") == "staticmethod" for d in node.decorator_list)
    a = node.args
    names = [x.arg for x in a.posonlyargs + a.args]
    names += [x.arg for x in [a.vararg] if x] + [x.arg for x in a.kwonlyargs] + [x.arg for x in [a.kwarg] if x]
    inner = [n for s in node.body for n in ast.walk(s)]
    last = lambda f: f.id if isinstance(f, ast.Name) else f.attr if isinstance(f, ast.Attribute) else None
    calls = [last(n.func) for n in inner if isinstance(n, ast.Call)]
    loops = [n for n in inner if isinstance(n, (ast.For, ast.AsyncFor, ast.While, ast.comprehension))]
    doc = ast.get_docstring(node)
    described = None
    if doc is not None:
        part = re.search(r"^Args:\\n((?:    .*(?:\\n|$))*)", doc, re.M)
        described = re.findall(r"^    [*]{0,2}(\\w+):", part.group(1), re.M) if part else []
    return {
        "parameters": names[1:] if is_method and not is_static else names,
        "returnType": ast.get_source_segment(text, node.returns) if node.returns else None,
        "calls": sorted({c for c in calls if c}),
        "loops": len(loops),
        "described": described,
    }

print(json.dumps([told(**each) for each in json.load(sys.stdin)]))
`;
