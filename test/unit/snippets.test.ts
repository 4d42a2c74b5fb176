// Which lines of other open files are told to a model: those most like the place, and nothing where nothing is like it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mostSnippets, snippetsFor } from "../../server/snippets.ts";

const place = [
  "export function readCart(path: string): Cart {",
  "  const text = readFileSync(path, 'utf8');",
  "  const items = parseItems(text);",
  "  ",
].join("\n");
const like = [
  "export function readOrder(path: string): Order {",
  "  const text = readFileSync(path, 'utf8');",
  "  const items = parseItems(text);",
  "  return new Order(items);",
  "}",
].join("\n");
const unlike = "const colours = { red: 1, green: 2, blue: 3 };\nexport const shades = Object.keys(colours);\n";

test("the place most like the cursor's is told, with what comes behind it", () => {
  assert.equal(snippetsFor(place, [{ text: unlike }, { text: `${unlike.repeat(2)}${like}\n` }]), `${like}\n\n`);
});

test("nothing is told where nothing is alike, nor where the place itself says nothing", () => {
  assert.equal(snippetsFor(place, [{ text: unlike }]), "");
  assert.equal(snippetsFor("a = ", [{ text: like }]), "");
  assert.equal(snippetsFor(place, []), "");
});

test("of several the most alike come first, as many as there is room for", () => {
  const wide = like.replace("}", `  // ${"x".repeat(mostSnippets)}\n}`);
  assert.ok(snippetsFor(place, [{ text: wide }]).length <= mostSnippets);
  const less = like.replace("parseItems(text)", "other(place, thing)");
  assert.ok(snippetsFor(place, [{ text: less }, { text: like }]).startsWith(`${like}\n\n`));
});
