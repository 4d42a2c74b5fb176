// Installations that are damaged: the server says what is wrong and what to do, and serves everything but completions.
import assert from "node:assert/strict";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { pathToFileURL } from "node:url";
import { route } from "../../server/protocol.ts";
import { inRepository } from "./pair.ts";
import { served } from "./stdio.ts";

const parts = ["backbone", "general", "head"];

/** An installation whose large files are links to the built ones, damaged by `harm` (which gets its dist folder). */
function installation(harm: (dist: string) => void): string {
  const top = mkdtempSync(join(tmpdir(), "coterie-damaged-"));
  const dist = join(top, "dist");
  mkdirSync(join(dist, "model"), { recursive: true });
  cpSync(inRepository("package.json"), join(top, "package.json"));
  symlinkSync(inRepository("experts"), join(top, "experts"));
  for (const file of ["server.js", "engine.js", "package.json"]) cpSync(inRepository(`dist/${file}`), join(dist, file));
  symlinkSync(inRepository("dist/node_modules"), join(dist, "node_modules"));
  for (const part of parts) symlinkSync(inRepository(`dist/model/${part}`), join(dist, "model", part));
  harm(dist);
  return top;
}

/** A part of its own instead of the link. */
function owned(dist: string, part: string): string {
  const folder = join(dist, "model", part);
  rmSync(folder);
  cpSync(inRepository(`dist/model/${part}`), folder, { recursive: true });
  return folder;
}

async function check(harm: (dist: string) => void, detail: RegExp): Promise<void> {
  const top = installation(harm);
  const one = await served(null, { server: join(top, "dist", "server.js") });
  const uri = pathToFileURL(join(top, "a.ts")).href;
  const textDocument = { uri, languageId: "typescript", version: 1, text: "const a = " };
  await one.client.sendNotification("textDocument/didOpen", { textDocument });
  await assert.rejects(one.reached("ready"), detail);
  const position = { line: 0, character: 10 };
  const params = { textDocument: { uri }, position, context: { triggerKind: 2 } };
  assert.deepEqual(await one.client.sendRequest("textDocument/inlineCompletion", params), []);
  assert.match(one.answers[0]!.hidden ?? "", detail);
  assert.equal((await one.client.sendRequest(route, { uri, position, task: "complete" })).region, "code");
  assert.equal(await one.end(), 0);
  rmSync(top, { recursive: true });
}

test("Weights that are missing", () =>
  check((dist) => rmSync(join(dist, "model", "backbone")), /backbone.*(missing|cannot be read).*(build|reinstall)/is));

test("Weights that are cut short", () =>
  check((dist) => truncateSync(join(owned(dist, "general"), "weights.bin"), 1_000_000), /1000000 bytes instead of/));

test("Weights of which one byte was changed", () =>
  check((dist) => {
    const file = join(owned(dist, "general"), "weights.bin");
    const bytes = readFileSync(file);
    bytes[bytes.length >> 1]! ^= 1;
    writeFileSync(file, bytes);
  }, /was changed/));

test("A part description that is broken", () =>
  check((dist) => writeFileSync(join(owned(dist, "general"), "part.json"), "{"), /part description/));

test("A runtime that does not load", () =>
  check((dist) => {
    rmSync(join(dist, "node_modules"));
    cpSync(inRepository("dist/node_modules"), join(dist, "node_modules"), {
      recursive: true,
      filter: (path) => !path.endsWith(".node"),
    });
  }, /runtime/i));
