// The facts of functions: against the TypeScript compiler for our own sources, and by hand for the other languages.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { FunctionFacts } from "../../server/syntax/functions.ts";
import { marked, newSyntax } from "./syntax.ts";

const syntax = newSyntax();

/** The facts of the function at the mark. */
async function factsAt(languageId: string, text: string): Promise<FunctionFacts> {
  const { document, offset } = marked(languageId, text, "‸");
  const facts = await syntax.functionAt(document, offset);
  assert.ok(facts, `no function found in ${text}`);
  return facts;
}

// ── Against the compiler ─────────────────────────────────────────────────────────────────────────────────────────────

const top = fileURLToPath(new URL("../..", import.meta.url));
const sources = ["server", "src"].flatMap((folder) =>
  readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.endsWith("onnx_pb.ts"))
    .map((name) => join(top, folder, name)),
);

type Compiled =
  | ts.FunctionDeclaration
  | ts.MethodDeclaration
  | ts.ConstructorDeclaration
  | ts.ArrowFunction
  | ts.FunctionExpression
  | ts.AccessorDeclaration;

const isFunction = (node: ts.Node): node is Compiled =>
  ts.isFunctionDeclaration(node) ||
  ts.isMethodDeclaration(node) ||
  ts.isConstructorDeclaration(node) ||
  ts.isArrowFunction(node) ||
  ts.isFunctionExpression(node) ||
  ts.isAccessor(node);

/** Names, parameters and counts of every named function as the compiler sees them, by where their parameters begin. */
function compiled(file: ts.SourceFile) {
  const found: { at: number; facts: object }[] = [];
  const visit = (node: ts.Node): void => {
    ts.forEachChild(node, visit);
    if (!isFunction(node)) return;
    const isValue = ts.isArrowFunction(node) || ts.isFunctionExpression(node);
    const namer = isValue ? node.parent : node;
    const isNamed =
      !isValue || ts.isVariableDeclaration(namer) || ts.isPropertyAssignment(namer) || ts.isPropertyDeclaration(namer);
    if (!isNamed) return;
    const name = ts.isConstructorDeclaration(node) ? "constructor" : (namer as { name?: ts.Node }).name?.getText(file);
    if (name === undefined || name.startsWith("{") || name.startsWith("[")) return;
    const has = (kind: ts.SyntaxKind) => node.modifiers?.some((each) => each.kind === kind) ?? false;
    const parameters = node.parameters.map((each) => ({
      name: each.name.getText(file),
      type: each.type?.getText(file) ?? null,
      default: each.initializer?.getText(file) ?? null,
      isOptional:
        each.initializer !== undefined || each.questionToken !== undefined || each.dotDotDotToken !== undefined,
    }));
    const returnType = node.type?.getText(file) ?? null;
    const isGenerator = "asteriskToken" in node && node.asteriskToken !== undefined;
    const facts = {
      name,
      parameters,
      returnType,
      isAsync: has(ts.SyntaxKind.AsyncKeyword),
      isGenerator,
      ...counts(node, file),
    };
    found.push({ at: node.getStart(file), facts });
  };
  visit(file);
  return found;
}

function counts(node: Compiled, file: ts.SourceFile) {
  let [branches, loops] = [0, 0];
  const throws = new Set<string>();
  const visit = (one: ts.Node, isOwn: boolean): void => {
    if (ts.isIfStatement(one) || ts.isCaseClause(one) || ts.isConditionalExpression(one) || ts.isCatchClause(one))
      branches++;
    if (ts.isForStatement(one) || ts.isForOfStatement(one) || ts.isForInStatement(one)) loops++;
    if (ts.isWhileStatement(one) || ts.isDoStatement(one)) loops++;
    if (isOwn && ts.isThrowStatement(one) && ts.isNewExpression(one.expression))
      throws.add(one.expression.expression.getText(file));
    ts.forEachChild(one, (child) => visit(child, isOwn && !isFunction(one)));
  };
  if (node.body) ts.forEachChild(node.body, (child) => visit(child, true));
  // The body of an arrow function may be an expression that branches itself.
  if (node.body && ts.isConditionalExpression(node.body)) branches++;
  return { branches, loops, throws: [...throws] };
}

test("every named function of our sources has the facts that the compiler finds", async () => {
  let count = 0;
  for (const path of sources) {
    const text = readFileSync(path, "utf8");
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const document = TextDocument.create(path, "typescript", 1, text);
    for (const { at, facts } of compiled(file)) {
      count++;
      const found = await syntax.functionAt(document, at);
      assert.ok(found, `${path} ${JSON.stringify(facts)}`);
      const { name, parameters, returnType, isAsync, isGenerator, branches, loops, throws } = found;
      const own = parameters.map(({ names, takes, ...each }) => each);
      const errors = throws.filter((each) => /^[\w.]+$/.test(each) && /^[A-Z]/.test(each));
      const actual = { name, parameters: own, returnType, isAsync, isGenerator, branches, loops, throws: errors };
      assert.deepEqual(actual, facts, `${path}, ${name}`);
    }
  }
  assert.ok(count > 300, `${count} functions`);
});

test("the outline names what is exported as the compiler does, and where its comment stands", async () => {
  for (const path of sources) {
    const text = readFileSync(path, "utf8");
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const places = await syntax.functionsIn(TextDocument.create(path, "typescript", 1, text));
    for (const statement of file.statements) {
      if (!ts.isFunctionDeclaration(statement) && !ts.isClassDeclaration(statement)) continue;
      const place = places.find(({ whole }) => whole.start === statement.getStart(file));
      assert.ok(place, `${path}: ${statement.name?.text}`);
      assert.equal(place.name, statement.name?.text);
      assert.equal(place.whole.end, statement.end);
      const isExported = statement.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;
      assert.equal(place.isExported, isExported, `${path}: ${place.name}`);
      const [comment] = ts.getJSDocCommentsAndTags(statement).filter(ts.isJSDoc).slice(-1);
      const span = comment ? { start: comment.pos, end: comment.end } : null;
      assert.deepEqual(place.documentation, span, `${path}: ${place.name}`);
    }
  }
});

// ── By hand ──────────────────────────────────────────────────────────────────────────────────────────────────────────

test("TypeScript: what is called on the result of a call is told too", async () => {
  const source = "function start(dt: DateTime) {\n  return dt.toUTC().startOf('day').value‸Of();\n}\n";
  const { calls } = await factsAt("typescript", source);
  assert.deepEqual([...calls].sort(), [".startOf", ".valueOf", "dt.toUTC"]);
});

test("TypeScript: what a method reads, changes and calls", async () => {
  const facts = await factsAt(
    "typescript",
    `class Cart {
  async add(item: Item, { count = 1, price: [cents] }: Options, ...notes: string[]): Promise<void> {
    const known = this.items.find((one) => one.id === item.id);
    if (known) known.count += count;
    else this.items.push(new Line(item, cents));
    this.total‸ = sum(this.items, rates[0]);
    item.isSold = true;
    prices[item.id] = cents;
    last = item;
    for (const note of notes) await log(note);
  }
}`,
  );
  const { kind, name, within, parameters, calls, reads, writes, locals, branches, loops, isAsync, returns } = facts;
  assert.deepEqual({ kind, name, within, isAsync }, { kind: "method", name: "add", within: "Cart", isAsync: true });
  assert.deepEqual(
    parameters.map(({ names, takes }) => [names.join(), takes]),
    [
      ["item", "one"],
      ["count,cents", "one"],
      ["notes", "rest"],
    ],
  );
  assert.deepEqual(calls, ["this.items.find", "this.items.push", "new Line", "sum", "log"]);
  assert.deepEqual(reads, ["this.items", "rates"]);
  assert.deepEqual(writes, ["this.total", "item.isSold", "prices[]", "last"]);
  assert.deepEqual(locals, ["known", "note"]);
  assert.deepEqual([branches, loops, returns], [1, 1, []]);
});

test("TypeScript: a function value, its export and its comment", async () => {
  const text = `/** Doubles. */\nexport const double = (n‸umber: number) => number * 2;`;
  const { kind, name, whole, header, body, documentation, isExported, returns } = await factsAt("typescript", text);
  const plain = text.replace("‸", "");
  const cut = (span: { start: number; end: number } | null) => span && plain.slice(span.start, span.end);
  assert.deepEqual([kind, name, isExported, returns], ["function", "double", true, ["number * 2"]]);
  assert.equal(cut(whole), "export const double = (number: number) => number * 2;");
  assert.equal(cut(header), "export const double = (number: number) =>");
  assert.equal(cut(body), "number * 2");
  assert.equal(cut(documentation), "/** Doubles. */");
});

test("JavaScript: callbacks belong to the function around them, module.exports exports", async () => {
  const facts = await factsAt(
    "javascript",
    `// no documentation
module.exports.names = function (items, sort = true) {
  const found = items.map((item) => { return ite‸m.name; });
  if (!found.length) throw new TypeError("none");
  return sort ? found.sort() : found;
};`,
  );
  const { name, isExported, documentation, parameters, returns, throws, branches, calls } = facts;
  assert.deepEqual([name, isExported, documentation], ["names", true, null]);
  assert.deepEqual(
    parameters.map(({ name: each, default: value, isOptional }) => [each, value, isOptional]),
    [
      ["items", null, false],
      ["sort", "true", true],
    ],
  );
  assert.deepEqual([returns, throws, branches], [["sort ? found.sort() : found"], ["TypeError"], 2]);
  assert.deepEqual(calls, ["items.map", "new TypeError", "found.sort"]);
});

test("Python: a method with every kind of parameter", async () => {
  const facts = await factsAt(
    "python",
    `class Report(Base):
    """Sums up."""

    @cached
    async def rows(self, sales, year: int, *extra, sort=True, unit: str = "EUR", **options) -> list[Row]:
        """The rows."""
        global last
        total, (self.count, *rest) = 0, measure(sales)
        for sale in sales:
            if sale.year != year and sale.year not in self.years:
                continue
            total += sale.price * RATES[unit]
            sale.seen = True
            self.cache[sale.id] = sale
        if not total:
            raise ValueError("nothing‸ sold") from None
        last = year
        return sorted([row(sale) for sale in sales if sale], key=lambda one: one.price)
`,
  );
  const { kind, name, within, parameters, returnType, isAsync, isExported, documentation, header } = facts;
  assert.deepEqual({ kind, name, within }, { kind: "method", name: "rows", within: "Report" });
  assert.deepEqual([returnType, isAsync, isExported], ["list[Row]", true, true]);
  assert.deepEqual(
    parameters.map((each) => [each.name, each.type, each.default, each.takes]),
    [
      ["sales", null, null, "one"],
      ["year", "int", null, "one"],
      ["extra", null, null, "rest"],
      ["sort", null, "True", "one"],
      ["unit", "str", '"EUR"', "one"],
      ["options", null, null, "keywords"],
    ],
  );
  assert.ok(documentation && header.end - header.start > 80);
  assert.deepEqual(facts.calls, ["measure", "ValueError", "sorted", "row"]);
  assert.deepEqual(facts.reads, ["self.years", "RATES"]);
  assert.deepEqual(facts.writes, ["self.count", "self.cache[]", "last"]);
  assert.deepEqual(facts.locals, ["total", "rest", "sale"]);
  assert.deepEqual([facts.branches, facts.loops, facts.throws], [3, 2, ["ValueError"]]);
  assert.equal(facts.returns.length, 1);
});

test("Python: a class, its getter, its static method and a hidden one", async () => {
  const text = `class Shape(Base, metaclass=Meta):
    def __init__(self, size=1):
        self.size = size

    @property
    def area(self):
        yield self.size

    @staticmethod
    def _of(size): return Shape(size)
`;
  const shape = await factsAt("python", `‸${text}`);
  assert.deepEqual(
    [shape.kind, shape.members, shape.bases, shape.parameters.map(({ name }) => name)],
    ["class", ["__init__", "area", "_of"], ["Base"], ["size"]],
  );
  const area = await factsAt("python", text.replace("yield", "yi‸eld"));
  assert.deepEqual([area.kind, area.isGenerator, area.parameters], ["getter", true, []]);
  const hidden = await factsAt("python", text.replace("@static", "‸@static"));
  assert.deepEqual([hidden.name, hidden.isExported, hidden.parameters.length], ["_of", false, 1]);
  assert.deepEqual(hidden.calls, ["Shape"]);
});

test("Go: a method with its comment of two lines", async () => {
  const facts = await factsAt(
    "go",
    `package a

// Push adds values.
// It never fails.
func (s *Stack[T]) Push(first T, more ...T) (n int, err error) {
	s.items = append(s.items, first)
	for i, value := range more {
		if value == nil { return i, ErrNil‸ }
		s.index[i] = value
	}
	return len(s.items), nil
}
`,
  );
  const { name, within, kind, isExported, returnType, parameters, documentation } = facts;
  assert.deepEqual([kind, name, within, isExported], ["method", "Push", "Stack", true]);
  assert.equal(returnType, "(n int, err error)");
  assert.deepEqual(
    parameters.map((each) => [each.name, each.type, each.takes]),
    [
      ["first", "T", "one"],
      ["more", "T", "rest"],
    ],
  );
  assert.equal(
    documentation && documentation.end - documentation.start,
    "// Push adds values.\n// It never fails.".length,
  );
  assert.deepEqual(facts.calls, ["append", "len"]);
  assert.deepEqual(facts.writes, ["s.items", "s.index[]"]);
  assert.deepEqual([facts.branches, facts.loops, facts.returns], [1, 1, ["i, ErrNil", "len(s.items), nil"]]);
});

test("Rust: a function with attributes between it and its comment", async () => {
  const facts = await factsAt(
    "rust",
    `/// Reads a number.
/// Or fails.
#[inline]
pub async fn read(mut path: &str, (low, high): (u8, u8)) -> Result<u8, Error> {
    let text = load(path)?;
    path = "";
    match text.parse::<u8>() {
        Ok(value) if value > low => log!("{}", value),
        _ => return Err(Error::new()),
    }
    Ok(hi‸gh)
}
`,
  );
  const { name, isAsync, isExported, returnType, parameters, documentation } = facts;
  assert.deepEqual([name, isAsync, isExported, returnType], ["read", true, true, "Result<u8, Error>"]);
  assert.deepEqual(
    parameters.map((each) => [each.name, each.names.join(), each.type]),
    [
      ["path", "path", "&str"],
      ["(low, high)", "low,high", "(u8, u8)"],
    ],
  );
  assert.equal(documentation && documentation.end - documentation.start, "/// Reads a number.\n/// Or fails.".length);
  assert.deepEqual(facts.calls, ["load", "text.parse", "log!", "Err", "Error::new", "Ok"]);
  assert.deepEqual(facts.locals, ["text", "value"]);
  assert.deepEqual([facts.branches, facts.returns], [2, ["Err(Error::new())", "Ok(high)"]]);
});

test("Java: a method and its class", async () => {
  const text = `public class Stack<T> extends Base<T> implements Iterable<T>, Closeable {
  Stack(int size) { super(size); }
  /** Adds. */
  @Override
  public <E> int push(final T first, E... more) throws FullException {
    int count = 0;
    for (E each : more) {
      if (count > limit) throw new FullException("full");
      this.items[count++] = each;
    }
    return count > 0 ? coun‸t : Sizes.of(first);
  }
}
`;
  const push = await factsAt("java", text);
  assert.deepEqual([push.kind, push.name, push.within, push.returnType], ["method", "push", "Stack", "int"]);
  assert.deepEqual(
    push.parameters.map((each) => [each.name, each.type, each.takes]),
    [
      ["first", "T", "one"],
      ["more", "E...", "rest"],
    ],
  );
  assert.ok(push.documentation);
  assert.deepEqual(push.calls, ["new FullException", "Sizes.of"]);
  assert.deepEqual([push.writes, push.throws], [["this.items[]"], ["FullException"]]);
  assert.deepEqual([push.branches, push.loops, push.locals], [2, 1, ["count", "each"]]);
  const stack = await factsAt("java", text.replace("‸", "").replace("class", "cl‸ass"));
  assert.deepEqual(
    [stack.bases, stack.members],
    [
      ["Base<T>", "Iterable<T>", "Closeable"],
      ["Stack", "push"],
    ],
  );
  assert.deepEqual(
    stack.parameters.map(({ name }) => name),
    ["size"],
  );
});

test("the function is found from its blanks, its decorators and its first word, and from nowhere else", async () => {
  const named = async (text: string) => {
    const { document, offset } = marked("typescript", text, "‸");
    return (await syntax.functionAt(document, offset))?.name ?? null;
  };
  assert.equal(await named("class A {\n  ‸  f() {}\n}"), "f");
  assert.equal(await named("exp‸ort const f = () => 1;"), "f");
  assert.equal(await named("export function f(‸) {}"), "f");
  assert.equal(await named("const a = 1‸;\nfunction f() {}"), null);
  assert.equal(await named("function f() {}\n‸\nfunction g() {}"), null);
  assert.equal(await named("items.map((item) => it‸em);"), null);
  const { document } = marked("elixir", "def f‸, do: 1", "‸");
  assert.equal(await syntax.functionAt(document, 4), null);
  assert.deepEqual(await syntax.functionsIn(document), []);
});
