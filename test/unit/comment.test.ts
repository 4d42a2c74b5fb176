// Documentation comments: names exactly the function's parameters, in the language's convention, and changes no other byte.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { commentLines, readProse, withSummary } from "../../server/comment.ts";
import { checkedComment, commentEdit, whatToDocument } from "../../server/documentation.ts";
import { newSyntax } from "./syntax.ts";

const syntax = newSyntax();

/** Asks at "‸", or at the first word. */
async function documented(languageId: string, marked: string, reply: string): Promise<string> {
  const [text, at] = [marked.replace("‸", ""), marked.indexOf("‸")];
  const document = TextDocument.create("file:///a", languageId, 1, text);
  const facts = await whatToDocument(document, at < 0 ? text.search(/\S/) : at, syntax);
  if (typeof facts === "string") return facts;
  const edit = commentEdit(document, facts, reply);
  assert.ok(edit, "the reply says nothing");
  return TextDocument.applyEdits(document, [edit]);
}

test("a reply in any convention becomes that of the language", async () => {
  const google = '"""Adds two numbers.\n\nArgs:\n    a: The first one\n    c: Not there.\n\nReturns:\n    The sum\n"""';
  assert.equal(
    await documented("typescript", "function add(a: number, b = 2): number {\n  return a + b;\n}\n", google),
    "/**\n * Adds two numbers.\n *\n * @param a - The first one.\n * @param b - The b, 2 when left out.\n * @returns The sum.\n */\nfunction add(a: number, b = 2): number {\n  return a + b;\n}\n",
  );
  const jsdoc =
    "/**\n * Adds two numbers.\n * @param {number} a - the first one\n * @param {number} zz - not there\n * @returns {number} the sum\n */";
  assert.equal(
    await documented("python", "def add(a, b=2, *rest, **more):\n    return a + b\n", jsdoc),
    'def add(a, b=2, *rest, **more):\n    """Adds two numbers.\n\n    Args:\n        a: the first one.\n        b: The b, 2 when left out.\n        *rest: The rest.\n        **more: The more.\n\n    Returns:\n        the sum.\n    """\n    return a + b\n',
  );
  assert.equal(
    await documented("go", "func Add(a int) int { return a }\n", "Adds one."),
    "// Add: Adds one.\nfunc Add(a int) int { return a }\n",
  );
  assert.equal(
    await documented("javascript", "\tconst f = () => 1;\n", "Gives one"),
    "\t/** Gives one. */\n\tconst f = () => 1;\n",
  );
});

test("line ends and the place of decorators and comments are kept", async () => {
  const text = "class A {\r\n  @once\r\n  run() {}\r\n}\r\n";
  const document = TextDocument.create("file:///c.ts", "typescript", 1, text);
  const facts = await whatToDocument(document, text.indexOf("run"), syntax);
  assert.ok(typeof facts !== "string", String(facts));
  const after = TextDocument.applyEdits(document, [commentEdit(document, facts, "Runs.")!]);
  assert.equal(after, "class A {\r\n  /** Runs. */\r\n  @once\r\n  run() {}\r\n}\r\n");
  assert.equal(
    await documented("python", "@once\ndef run():\n    # why\n    pass\n", "Runs."),
    '@once\ndef run():\n    """Runs."""\n    # why\n    pass\n',
  );
});

test("a comment stands above all of a method's own decorators, and below those of a field before it", async () => {
  const field = 'class A {\n  @Input() name = "";\n  greet() { return 1; }\n}\n';
  assert.equal(
    await documented("typescript", field.replace("greet", "‸greet"), "Greets."),
    field.replace("  greet", "  /** Greets. */\n  greet"),
  );
  const long = 'class A {\n  @On("x", {\n    once: true,\n  })\n  @log run() {}\n}\n';
  assert.equal(
    await documented("typescript", long.replace("run", "‸run"), "Runs."),
    long.replace("  @On", "  /** Runs. */\n  @On"),
  );
});

test("a default that could not stand in a comment as it is is not told", async () => {
  for (const initial of ['"\\n"', 'r"\\d+"', "'''x'''"])
    assert.match(await documented("python", `def f(a=${initial}):\n    pass\n`, "Does it."), /a: The a\.\n/);
  for (const initial of ['"**/*.ts"', "/\\s+/", '"\\r\\n"'])
    assert.match(await documented("typescript", `function f(a = ${initial}) {}\n`, "Does it."), /@param a - The a\.\n/);
  assert.match(await documented("python", "def f(a=3):\n    pass\n", "Does it."), /a: The a, 3 when left out\.\n/);
});

test("what exists is left alone, and it is said", async () => {
  assert.match(
    await documented("typescript", "/** Runs. */\nfunction run() {}\n".slice(0), "x"),
    /no function|has a comment/,
  );
  const text = "/** Runs. */\nfunction run() {}\n";
  const document = TextDocument.create("file:///b.ts", "typescript", 1, text);
  assert.match(String(await whatToDocument(document, text.indexOf("function"), syntax)), /^run has a comment already/);
  assert.match(await documented("python", "def f(): return 1\n", "x"), /line of its head/);
  assert.match(await documented("ruby", "def f\nend\n", "x"), /ruby cannot be written/);
});

test("nothing in a reply can end the comment or pass as code", () => {
  const facts = {
    languageId: "typescript",
    name: "f",
    parameters: [],
    returnType: null,
    returns: [],
    kind: "function",
  } as const;
  const lines = commentLines(facts, "/** Ends */ evil(); /* here. */")!;
  assert.equal(lines.join("\n").match(/\*\//g)?.length, 1);
  const python = commentLines({ ...facts, languageId: "python" }, 'Says \\" and more')!;
  assert.equal(python.join("\n").match(/"""/g)?.length, 2);
  assert.equal(commentLines(facts, "/** */"), null);
});

test("at most two sentences are taken as the summary", () => {
  assert.equal(readProse("One here. Two here. Three here.", []).summary, "One here. Two here.");
});

test("every function of our own sources without a comment can be given one, and nothing else changes", async () => {
  const top = fileURLToPath(new URL("../..", import.meta.url));
  const files = ["server", "src"].flatMap((folder) =>
    readdirSync(join(top, folder), { recursive: true, encoding: "utf8" })
      .filter((name) => name.endsWith(".ts") && !name.endsWith("onnx_pb.ts"))
      .map((name) => join(top, folder, name)),
  );
  let count = 0;
  for (const file of files.filter((_, i) => i % 4 === 0)) {
    const text = readFileSync(file, "utf8");
    const document = TextDocument.create(`file://${file}`, "typescript", 1, text);
    for (const place of await syntax.functionsIn(document)) {
      if (place.documentation !== null) continue;
      const facts = await whatToDocument(document, place.header.start, syntax);
      if (typeof facts === "string" || facts.name !== place.name) continue;
      const edit = commentEdit(document, facts, "Does what it is for.\n@param nobody is there")!;
      const names = [...edit.newText.matchAll(/@param (\S+)/g)].map(([, name]) => name);
      assert.deepEqual(
        names,
        facts.parameters.flatMap((each) => each.names),
        `${file} ${place.name}`,
      );
      const after = TextDocument.applyEdits(document, [edit]);
      assert.equal(after.replace(edit.newText, ""), text);
      const trial = TextDocument.create(`${document.uri}#${count}`, "typescript", 1, after);
      assert.equal(await syntax.faults(trial.uri, "typescript", after), 0, `${file} ${place.name}`);
      count++;
    }
  }
  assert.ok(count >= 100, `only ${count} functions were documented`);
});

test("a comment that would not be the function's own is never offered, and no model is asked for it", async () => {
  // Above the call's line it would be the call's; on a line of its own the function has it.
  const inCall = "register(function plugin(app, options) {\n  return app;\n});\n";
  const document = TextDocument.create("file:///call.js", "javascript", 1, inCall);
  const why = await whatToDocument(document, inCall.indexOf("plugin"), syntax);
  assert.match(String(why), /above plugin would belong to something else: give plugin a line of its own/);
  const apart = "const hooks = {\n  req: function asValue (req) {\n    return req.method;\n  }\n};\n";
  const other = TextDocument.create("file:///pair.js", "javascript", 1, apart);
  const facts = await whatToDocument(other, apart.indexOf("req:"), syntax);
  assert.ok(typeof facts !== "string", String(facts));
  const edit = await checkedComment(other, facts, "Tells the method.", syntax);
  assert.ok(typeof edit !== "string", String(edit));
  assert.equal(edit.newText, "  /**\n   * Tells the method.\n   *\n   * @param req The req.\n   */\n");
});

test("a comment that names other parameters, or with which the text is less whole, is not offered", async () => {
  const text = "function add(first, second) {\n  return first + second;\n}\n";
  const document = TextDocument.create("file:///checked.js", "javascript", 1, text);
  const facts = await whatToDocument(document, 10, syntax);
  assert.ok(typeof facts !== "string", String(facts));
  const [one, ...others] = facts.parameters;
  const wrong = { ...facts, parameters: [{ ...one!, names: ["first "] }, ...others] };
  const parsed = { withPut: syntax.withPut.bind(syntax) };
  assert.match(String(await checkedComment(document, wrong, "Adds.", parsed)), /names first, second instead of add's/);
  const worse = async (...put: Parameters<typeof syntax.withPut>) => {
    const found = await syntax.withPut(...put);
    return found && { ...found, added: 1 };
  };
  assert.match(String(await checkedComment(document, facts, "Adds.", { withPut: worse })), /could not be parsed/);
  assert.match(String(await checkedComment(document, facts, "@param first", parsed)), /no usable comment/);
});

test("types are not taken for words, what breaks off is left out, and words do not go round in circles", () => {
  const reply =
    "/**\n * Closes a slice of a slice of a slice of a slice.\n * @param {Object} a - the first slice\n * @returns {Promise<{a: string; b: {\n */";
  assert.deepEqual(readProse(reply, ["a"]), {
    summary: "Closes a slice of a slice.",
    parameters: { a: "the first slice." },
    returns: null,
  });
  assert.equal(
    readProse("/**\n * Adds.\n * @returns {Promise<{a: string}>} The sum of both\n */", []).returns,
    "The sum of both.",
  );
  assert.equal(readProse('"""Initializes.py', []).summary, "");
});

test("a reply of tags alone gets the words of an explanation", () => {
  const reply = withSummary("/**\n * @param {Node} node The node to look at\n */", "This function finds the node.");
  assert.deepEqual(readProse(reply, ["node"]), {
    summary: "Finds the node.",
    parameters: { node: "The node to look at." },
    returns: null,
  });
});

test("type and default are said of a parameter that is a plain name, not of the names in a pattern", async () => {
  const text =
    "export function A({ title, onClose = noop }: Props = {}, [first]: [number] = [1], ...rest: string[]) {}\n";
  const comment = await documented("typescriptreact", text, "Shows it.");
  assert.deepEqual(comment.match(/(?<=@param ).*/g), [
    "title - The title.",
    "onClose - The on close.",
    "first - The first.",
    "rest - The rest, of type string[].",
  ]);
});

test("Javadoc gets types as code, and nothing that it would read as HTML or as tags of its own", async () => {
  const text = "class A {\n  int ‸f(Map<String, List<T>> a, int[]... b) { return 1; }\n}\n";
  const reply =
    "Makes a List<T> of {@link Rows} & <b>more.\n\n@param b the {@code Row<T>} or {@see, &lt; 3\n@return how many > 0";
  assert.equal(
    await documented("java", text, reply),
    `class A {
  /**
   * Makes a List&lt;T&gt; of {@code Rows} &amp; &lt;b&gt;more.
   *
   * @param a The a, of type {@code Map<String, List<T>>}.
   * @param b the {@code Row<T>} or {&#64;see, &lt; 3.
   * @return how many &gt; 0.
   */
  int f(Map<String, List<T>> a, int[]... b) { return 1; }
}
`,
  );
  assert.match(
    await documented("typescript", "function f(a: Set<T>) {}\n", "Gives A<B>."),
    /A<B>\.[\s\S]*, of type Set<T>\./,
  );
});

test("a parameter may be called what every object has", async () => {
  const text = "class A {\n  ‸A(int toString, int constructor) {}\n}\n";
  const comment = await documented("java", text, "Makes it.\n@param constructor what makes it");
  assert.match(comment, /@param toString The to string, of type \{@code int\}\.\n.*@param constructor what makes it\./);
});

test("names in any script are documented, and found in a reply", async () => {
  const put = async (languageId: string, text: string, reply: string) => {
    const document = TextDocument.create("file:///n", languageId, 1, text);
    const facts = await whatToDocument(document, 5, syntax);
    assert.ok(typeof facts !== "string", String(facts));
    const edit = await checkedComment(document, facts, reply, syntax);
    return typeof edit === "string" ? edit : edit.newText;
  };
  const python = "def größe(länge, höhe, *übrige):\n    return länge * höhe\n";
  assert.equal(
    await put("python", python, "Gives the size.\n\nArgs:\n    länge: how long it is"),
    '    """Gives the size.\n\n    Args:\n        länge: how long it is.\n        höhe: The höhe.\n        *übrige: The übrige.\n    """\n',
  );
  assert.equal(
    await put("typescript", "function f(maßÄ: number, $x, 長さ) {}\n", "Measures.\n@param $x - what it is"),
    "/**\n * Measures.\n *\n * @param maßÄ - The maß ä, of type number.\n * @param $x - what it is.\n * @param 長さ - The 長さ.\n */\n",
  );
});
