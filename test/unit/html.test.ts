import assert from "node:assert/strict";
import { test } from "node:test";
import { explanationDocument, inline } from "../../src/explanation.ts";
import { htmlOf } from "../../src/html.ts";

test("tables, headings and code of a page become HTML", () => {
  const html = htmlOf("# Self-test\n\n| | what |\n| --- | --- |\n| ✓ | `a < b` |\n\n> said\n");
  assert.match(html, /<h1>Self-test<\/h1>/);
  assert.match(html, /<td>✓<\/td>\s*<td><code>a &lt; b<\/code><\/td>/);
  assert.match(html, /<blockquote>\s*<p>said<\/p>/);
});

test("HTML in a page stays text, and no link runs anything", () => {
  const html = htmlOf(
    '<img src=x onerror="alert(1)">\n\n<script>alert(1)</script>\n\n[a](javascript:alert(1))\n\n`<b>`\n',
  );
  assert.doesNotMatch(html, /<(?:img|script|a|b)[ >]/);
  assert.match(html, /&lt;img src=x onerror=&quot;alert\(1\)&quot;&gt;/);
});

test("code in a model's words and in facts is shown as it was written", () => {
  const text = "Takes `string | null`.\n# not a title\n- no list\n1. nor this\n---\n``a```<img src=x>`";
  const facts = [{ name: "Returns", text: "`string | null`" }];
  const html = htmlOf(explanationDocument({ place: "a.ts:1", facts, known: [], text, author: null }));
  assert.equal(html.match(/<code>string \| null<\/code>/g)?.length, 2);
  assert.doesNotMatch(html, /<(?:h1>not|h2>|ul|ol|hr|img)(?!In words|Facts)/);
  assert.match(html, /# not a title\n- no list\n1\. nor this\n---\n/);
  assert.equal(inline("a `b` c"), "a `b` c");
});
