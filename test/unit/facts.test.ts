// What the facts of a function say of its body and its name, where they were wrong once: nothing that is not so.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { checkedComment, whatToDocument } from "../../server/documentation.ts";
import { whatToExplain } from "../../server/explain.ts";
import { factsInWords } from "../../server/facts.ts";
import type { FunctionFacts } from "../../server/syntax/functions.ts";
import { marked, newSyntax } from "./syntax.ts";

const syntax = newSyntax();

/** The facts of the function at the mark, or of that at the first character. */
async function factsAt(languageId: string, text: string): Promise<FunctionFacts> {
  const { document, offset } = marked(languageId, text.includes("‸") ? text : `‸${text}`, "‸");
  const facts = await syntax.functionAt(document, offset);
  assert.ok(facts, `no function found in ${text}`);
  return facts;
}

/** What a function reads from outside, changes and makes known. */
async function effects(languageId: string, text: string) {
  const { reads, writes, locals } = await factsAt(languageId, text);
  return { reads: reads.join(), writes: writes.join(), locals: locals.join() };
}

// ── Where its name stands ────────────────────────────────────────────────────────────────────────────────────────────

for (const [languageId, text, before] of [
  ["go", "package a\n\nfunc (e *Error) Error() string {\n\treturn ‸e.text\n}\n", "*Error) "],
  ["python", '@app.route("/users")\ndef users():\n    return ‸1\n', "def "],
  ["typescript", "@Entity('User')\nexport class User {‸}\n", "class "],
  ["typescript", "class A {\n  run(run: Run) { return ‸1; }\n}\n", "{\n  "],
  ["javascript", "exports.exports = function () { return ‸1; };\n", "exports."],
  ["java", 'class A {\n  @Named("size")\n  int size() { return ‸1; }\n}\n', "int "],
  ["rust", "#[test]\nfn test() {\n    ‸go();\n}\n", "fn "],
] as const) {
  test(`${languageId}: callers are asked for where the function is named, after "${before.trim()}"`, async () => {
    const { document, offset } = marked(languageId, text, "‸");
    const explained = await whatToExplain(document, offset, offset, syntax);
    assert.equal(explained?.named, document.getText().indexOf(before) + before.length);
  });
}

// ── What it reads, changes and gives ─────────────────────────────────────────────────────────────────────────────────

test("JSX: tags of elements are not read, components are", async () => {
  const text = `const Card = ({ a }: Props) => (
  <section id={x}>‸<h1>{a}</h1><svg:path xlink:href="y"/><my-item/><Item key={1}></Item><motion.div/></section>
);`;
  assert.equal((await effects("typescriptreact", text)).reads, "x,Item,motion.div");
});

test("TypeScript: an enum and a class in the body are its own; a function in it is no member", async () => {
  const text = `class A {
  run() {
    enum E { One = 1, Two = One << 1 }
    class Inner {}
    interface Shape { size: typeof limit }
    function helper() { return ‸limit; }
    for (this.at of E.all(Inner.x)) helper();
  }
}`;
  const helper = await factsAt("typescript", text);
  assert.deepEqual([helper.name, helper.within, helper.kind], ["helper", null, "function"]);
  assert.ok(factsInWords(helper, text).every(({ name }) => name !== "Member of"));
  const run = await effects("typescript", text.replace("‸", "").replace("run", "‸run"));
  assert.deepEqual(run, { reads: "limit", writes: "", locals: "E,Inner,helper" });
});

test("Go: keys of struct literals are not read, those of maps and lists are", async () => {
  const text = `package a

func ‸F(path string) {
	use(Config{Path: path, Size: size}, pkg.Config{Port: port})
	use([]*Config{{Url: url}}, map[string]Config{"a": {Name: name}})
	use(map[string]int{key: 1}, [...]string{Red: "r"}, map[string]map[string]int{"a": {inner: 1}})
}
`;
  assert.equal((await effects("go", text)).reads, "size,port,url,name,key,Red,inner");
});

test("Go: named results and the name of a type switch are its own", async () => {
  const text = `package a

func ‸Load(r io.Reader) (cfg Config, err error) {
	err = read(r, func() (n int) { n = 1; return n })
	cfg.Path = path
	switch v := r.(type) {
	case *File:
		v.Close()
	}
	return
}
`;
  assert.deepEqual(await effects("go", text), { reads: "path", writes: "", locals: "cfg,err,v" });
});

test("Rust: closures, constants and fields of patterns bind, constants in patterns do not", async () => {
  const text = `fn ‸f(p: Point, n: u8) {
    const K: u8 = 3;
    static S: std::sync::Once = std::sync::Once::new();
    let Point { x, y: yy, ref z } = p;
    let c = |a| a + x + K;
    let d = |&b, (e, f)| b + e + f + yy + z;
    if let Some(Foo { bar, .. }) = c(S) { d(bar); }
    let t: &'a std::io::Error = g();
    'outer: loop { break 'outer; }
    match n { MAX => h(), m::MIN => h(), k @ 1..=LAST => h(k), _ => log!("{}", self.name, t.len(), o::P) }
}
`;
  const { reads, locals } = await effects("rust", text);
  assert.deepEqual([reads, locals], ["self,o", "K,S,x,yy,z,c,d,bar,t,k"]);
});

test("Rust: a function in a method is no member of its type", async () => {
  const inner = await factsAt("rust", "impl A {\n    fn run(&self) {\n        fn inner() { ‸go(); }\n    }\n}\n");
  assert.deepEqual([inner.name, inner.within, inner.kind], ["inner", null, "function"]);
});

for (const [head, body, returns] of [
  ["fn f(n: u8) -> Option<u8>", "match n {\n 0 => None,\n _ => Some(n),\n}", ["match n { 0 => None, _ => Some(n), }"]],
  ["fn f(n: u8) -> u8", "if n > 3 { return 9; }\nif n > 2 { 1 } else { 2 }", ["9", "if n > 2 { 1 } else { 2 }"]],
  ["fn f() -> u8", "unsafe { g() } // why", ["unsafe { g() }"]],
  ["fn f() -> u8", "loop { break 3; }", ["loop { break 3; }"]],
  ["fn f() -> u8", "return 3", ["3"]],
  ["fn f() -> !", "loop {}", []],
  ["fn f() -> u8", "loop { g(); }", []],
  ["fn f(n: u8)", "match n { 0 => g(), _ => h() }", []],
  ["fn f()", "if g() { h() }", []],
  ["fn f() -> ()", "g()", []],
  ["fn f() -> u8", "g();", []],
] as const) {
  test(`Rust: what ${head} { ${body.replace(/\s+/g, " ")} } returns`, async () => {
    assert.deepEqual((await factsAt("rust", `${head} {\n${body}\n}\n`)).returns, returns);
  });
}

test("Java: variables of patterns bind, labels and methods that are referred to are not read", async () => {
  const text = `class A {
  int ‸f(Object o) {
    @SuppressWarnings("x") record Pair(int x) {}
    if (o instanceof Point p && p.x > 0) return 1;
    if (o instanceof Line(int from, var to)) return from + to;
    int r = switch (o) { case Integer i when i > low -> i; case Point(int px, int py) -> px + py; default -> 0; };
    all.filter(Objects::nonNull).map(String::new).map(this::go);
    outer: for (String q : all) { if (q == o) break; continue outer; }
    return r;
  }
}
`;
  const found = await effects("java", text);
  assert.deepEqual(found, { reads: "low,all,Objects,this", writes: "", locals: "Pair,p,from,to,r,i,px,py,q" });
});

test("Java: a method of a class without a name is no member of the class around", async () => {
  const text = "class A {\n  void f() {\n    go(new Task() { public void run() { ‸x(); } });\n  }\n}\n";
  assert.equal((await factsAt("java", text)).within, null);
});

test("Python: what match captures is bound, what it compares with is read", async () => {
  const text = `def ‸f(p):
    match p:
        case {'k': v, Keys.name: w, **more}: return v, w, more
        case [a, *rest] | (a, rest): return rest
        case Point(x=x0, y=0) | shapes.Point(x0): return x0
        case str() as s if s > low: return s
        case Color.RED: return 1
        case first, *_: return first
        case _: return 2
`;
  const found = await effects("python", text);
  assert.deepEqual([...found.reads.split(",")].sort(), [
    "Color.RED",
    "Keys.name",
    "Point",
    "low",
    "shapes.Point",
    "str",
  ]);
  assert.deepEqual([...found.locals.split(",")].sort(), ["a", "first", "more", "rest", "s", "v", "w", "x0"]);
});

test("Python: imports and classes in the body are its own, several globals are not", async () => {
  const text = `def ‸f(x):
    global A, B
    import os, a.b, c.d as e
    from json import dumps, loads as l
    from . import *
    class C: pass
    A = B = os.sep + a.b + e + json
    with open(x) as file: return file, dumps.x, l.x, C.x
`;
  assert.deepEqual(await effects("python", text), { reads: "json", writes: "A,B", locals: "os,a,e,dumps,l,C,file" });
});

test("Python: a metaclass is no base; a function in a function is no member", async () => {
  const { bases } = await factsAt("python", "class A(B, c.D[T], metaclass=M, **rest): # why\n    pass\n");
  assert.deepEqual(bases, ["B", "c.D[T]"]);
  assert.equal((await factsAt("python", "def f():\n    def g():\n        ‸pass\n")).within, null);
});

// ── What can be documented ───────────────────────────────────────────────────────────────────────────────────────────

/** The document with a comment at its first function, or why there is none. */
async function documented(languageId: string, text: string): Promise<string> {
  const document = TextDocument.create("file:///documented", languageId, 1, text);
  const facts = await whatToDocument(document, 0, syntax);
  if (typeof facts === "string") return facts;
  const edit = await checkedComment(document, facts, "Does it.", syntax);
  return typeof edit === "string" ? edit : TextDocument.applyEdits(document, [edit]);
}

test("Java: a record has the parameters of its head, in its facts and its comment", async () => {
  const text = "record P(int x, List<String> y) {\n  P(int x) { this(x, none); }\n}\n";
  const { parameters, reads } = await factsAt("java", text);
  assert.deepEqual(
    parameters.map(({ name, type }) => [name, type]),
    [
      ["x", "int"],
      ["y", "List<String>"],
    ],
  );
  assert.deepEqual(reads, []);
  assert.match(
    await documented("java", text),
    /^\/\*\*\n \* Does it\.\n \*\n \* @param x .+\n \* @param y .+\n \*\/\nrecord/,
  );
});

test("Java: the rest of the parameters is of the type that is written", async () => {
  const { parameters } = await factsAt("java", "class A {\n  int ‸sum(final int... rest) { return 0; }\n}\n");
  assert.deepEqual(
    parameters.map(({ name, type, takes }) => [name, type, takes]),
    [["rest", "int...", "rest"]],
  );
});

test("TypeScript: what is declared is documented and exported like what is written", async () => {
  const text = "export declare function f(a: number): void;\n";
  assert.match(
    await documented("typescript", text),
    /^\/\*\*\n \* Does it\.\n \*\n \* @param a .+\n \*\/\nexport declare/,
  );
  const { isExported, documentation, header } = await factsAt("typescript", `/** Doc. */\n‸${text}`);
  assert.deepEqual([isExported, documentation, header.start], [true, { start: 0, end: 11 }, 12]);
  assert.equal((await factsAt("typescript", "declare function ‸f(): void;\n")).isExported, false);
  assert.equal((await factsAt("typescript", "export declare class A {\n  ‸m(): void;\n}\n")).isExported, true);
});
