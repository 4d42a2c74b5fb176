// Scopes: what is cut out of a document, and where it lies.
import assert from "node:assert/strict";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { gather } from "../../server/context.ts";
import { Workspace } from "../../server/workspace.ts";

const spot = { region: "code", languageId: "python" } as const;
const root = { uri: "file:///home/me/demo", name: "demo" };
const scopeAt = (text: string, offset: number, uri = "file:///home/me/demo/src/a.ts", languageId = "typescript") => {
  const document = TextDocument.create(uri, languageId, 1, text);
  return gather(document, document.positionAt(offset), root, { region: "comment", languageId });
};

test("Prefix, suffix, path, region and folder", () => {
  const { prefix, suffix, path, workspace, region, position } = scopeAt("const a = 1;\r\n// two\r\n", 18);
  assert.deepEqual(
    { prefix, suffix, path, workspace, region, position },
    {
      prefix: "const a = 1;\r\n// t",
      suffix: "wo\r\n",
      path: "src/a.ts",
      workspace: "demo",
      region: "comment",
      position: { line: 1, character: 4 },
    },
  );
});

test("The window is bounded, in one long line too", () => {
  for (const text of ["x".repeat(1_000_000), "xyz\r\n".repeat(200_000)]) {
    const { prefix, suffix } = scopeAt(text, 500_000);
    assert.ok(prefix.length <= 24_000 && prefix.length > 23_990, String(prefix.length));
    assert.ok(suffix.length <= 2_000 && suffix.length > 1_990, String(suffix.length));
    assert.equal(prefix + suffix, text.slice(500_000 - prefix.length, 500_000 + suffix.length));
  }
});

test("Surrogates without a partner do no harm", () => {
  const { prefix, suffix } = scopeAt(`a\ud800b\udc00c${"😀".repeat(13_000)}`, 24_005);
  assert.ok(prefix.isWellFormed() && suffix.isWellFormed());
  assert.equal(scopeAt("a\ud800b", 2).prefix, "a");
  assert.equal(scopeAt("a\ud800b", 3).prefix, "a\ufffdb");
});

test("A position outside of the document is moved into it", () => {
  const document = TextDocument.create("file:///x.ts", "typescript", 1, "ab");
  assert.deepEqual(gather(document, { line: 9, character: 9 }, null, spot).position, { line: 0, character: 2 });
});

test("Paths of files outside, untitled documents, notebook cells and Windows drives", () => {
  const path = (uri: string, folder = root) => {
    const document = TextDocument.create(uri, "python", 1, "");
    return gather(document, { line: 0, character: 0 }, folder, spot).path;
  };
  assert.equal(path("file:///home/me/demonstration/a.py"), "a.py");
  assert.equal(path("untitled:Untitled-1"), "Untitled-1");
  assert.equal(path("vscode-notebook-cell:/home/me/demo/nb/a.ipynb#W0s"), "nb/a.ipynb");
  assert.equal(path("file:///c%3A/demo/a%20b.py", { uri: "file:///C:/demo", name: "demo" }), "a b.py");
});

test("A document belongs to the innermost workspace folder", () => {
  const workspace = new Workspace();
  const inner = { uri: "file:///home/me/demo/packages/a", name: "a" };
  workspace.set([root, inner]);
  assert.equal(workspace.rootOf("file:///home/me/demo/packages/a/x.ts"), inner);
  assert.equal(workspace.rootOf("file:///home/me/demo/x.ts"), root);
  assert.equal(workspace.rootOf("file:///home/me/x.ts"), null);
  workspace.change([], [inner]);
  assert.equal(workspace.rootOf("file:///home/me/demo/packages/a/x.ts"), root);
});
