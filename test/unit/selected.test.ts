// A chosen suggestion of the editor's list counts as typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type InlineCompletionContext, InlineCompletionTriggerKind } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import { withSelected } from "../../server/features/selected.ts";

const document = TextDocument.create("file:///a.ts", "typescript", 7, "let a = 1;\nitems.fil;\n");
const position = { line: 1, character: 9 };
const range = { start: { line: 1, character: 6 }, end: position };

function context(text?: string): InlineCompletionContext {
  return {
    triggerKind: InlineCompletionTriggerKind.Automatic,
    ...(text === undefined ? {} : { selectedCompletionInfo: { range, text } }),
  };
}

test("without a choice nothing changes", () => {
  assert.deepEqual(withSelected(document, { position, context: context() }), { document, position, chosen: "" });
});

test("with a choice the document holds it and the cursor stands behind it", () => {
  const taken = withSelected(document, { position, context: context("filter") });
  assert.equal(taken.document.getText(), "let a = 1;\nitems.filter;\n");
  assert.deepEqual(taken.position, { line: 1, character: 12 });
  assert.equal(taken.chosen, "ter");
  assert.equal(taken.document.version, 7);
  assert.equal(document.getText(), "let a = 1;\nitems.fil;\n");
  assert.equal(withSelected(document, { position, context: context("Filter") }).chosen, "Filter", "typed otherwise");
});
