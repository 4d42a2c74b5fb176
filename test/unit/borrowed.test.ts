// What a prompt borrows from other files: only what may be read, and the same as long as the cursor stays.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { TextDocument } from "vscode-languageserver-textdocument";
import { Access } from "../../server/access.ts";
import { gather } from "../../server/context.ts";
import { Borrowed } from "../../server/features/borrowed.ts";
import { composeCompletion } from "../../server/prompt.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-borrowed-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const root = { uri: pathToFileURL(folder).toString(), name: "shop" };
const uriOf = (path: string) => `${root.uri}/${path}`;
writeFileSync(join(folder, "cart.ts"), "export function total(items: Item[]): number {\n  return 1;\n}\n");
writeFileSync(join(folder, "hidden.ts"), "export function hidden(): void {\n}\n");
writeFileSync(join(folder, ".coterieignore"), "hidden.ts\n");

const text = 'import { total } from "./cart";\nimport { hidden } from "./hidden";\n\nconst sum = ';
const signature = "export function total(items: Item[]): number;\n\n";

/** What is borrowed for the end of a text, and the document and scope that it is for. */
function borrower(given: { trusted?: boolean; open?: TextDocument; denied?: string } = {}) {
  const access = new Access();
  const borrowed = new Borrowed({
    document: (uri) => (given.open?.uri === uri ? given.open : undefined),
    mayRead: (uri) => (uri === given.denied ? { allowed: false, why: "denied" } : access.mayRead(uri, [root.uri])),
    root: () => root,
    trusted: () => given.trusted ?? true,
  });
  const borrow = (content: string, languageId = "typescript") => {
    const document = TextDocument.create(uriOf("main.ts"), languageId, 1, content);
    const scope = gather(document, document.positionAt(content.length), root, { region: "code", languageId });
    return { signatures: borrowed.of(document, scope, 1024), scope };
  };
  return Object.assign(borrow, { changed: (uri?: string) => borrowed.changed(uri) });
}

test("signatures come from files that may be read, and stand between the header and the text", async () => {
  const { signatures, scope } = borrower()(text);
  assert.equal(await signatures, signature, "an ignored file gives nothing");
  const prompt = composeCompletion({ ...scope, neighbours: await signatures }, 1024);
  assert.equal(prompt.at(-1), `main.ts\n${signature}${text}`);
});

test("of an untrusted workspace nothing is read but what is open", async () => {
  assert.equal(await borrower({ trusted: false })(text).signatures, "");
  const open = TextDocument.create(uriOf("cart.ts"), "typescript", 2, "export function total(): string {\n}\n");
  const shown = "export function total(): string;\n\n";
  assert.equal(await borrower({ trusted: false, open })(text).signatures, shown);
  assert.equal(await borrower({ open })(text).signatures, shown, "what the editor shows counts, not the disk");
});

test("nothing is read outside of the folder, nor for languages whose imports are not known", async () => {
  assert.equal(await borrower()('import { total } from "../cart";\n').signatures, "");
  assert.equal(await borrower()(text, "rust").signatures, "");
});

test("what is borrowed stays while the user types, and changes with the imports", async () => {
  const at = borrower();
  const before = at(text).signatures;
  await before;
  writeFileSync(join(folder, "cart.ts"), "export function total(): bigint {\n}\n");
  assert.equal(at(`${text}total(`).signatures, before, "it was read anew for a key");
  assert.equal(await at(`${text}total(`).signatures, signature);
  const more = 'import { more } from "./more";\n';
  assert.equal(await at(more + text).signatures, "export function total(): bigint;\n\n");
});

test("what another document says now counts, what this one says does not, and what may not be read any more is gone", async () => {
  const given: { open?: TextDocument; denied?: string } = {};
  const borrow = borrower(given);
  writeFileSync(join(folder, "cart.ts"), "export function total(items: Item[]): number {\n}\n");
  assert.equal(await borrow(text).signatures, signature);
  given.open = TextDocument.create(
    uriOf("cart.ts"),
    "typescript",
    2,
    "export function total(all: bigint): bigint {\n}\n",
  );
  borrow.changed(uriOf("main.ts"));
  assert.equal(await borrow(text).signatures, signature, "the prompt stays as it is");
  borrow.changed(uriOf("cart.ts"));
  assert.equal(await borrow(text).signatures, "export function total(all: bigint): bigint;\n\n");
  given.denied = uriOf("cart.ts");
  assert.equal(await borrow(text).signatures, "");
});
