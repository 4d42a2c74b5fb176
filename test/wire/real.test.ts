// The built server with the real engine, spoken to over its standard streams as any editor would.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { pathToFileURL } from "node:url";
import { CancellationTokenSource, type InlineCompletionItem, type Position } from "vscode-languageserver-protocol/node";
import { memory, offline, selfTest } from "../../server/protocol/health.ts";
import { route } from "../../server/protocol.ts";
import { type Served, served, server } from "./stdio.ts";

assert.ok(existsSync(server), `${server} is missing: run npm run build first`);
const folder = mkdtempSync(join(tmpdir(), "coterie-stdio-"));
after(() => rmSync(folder, { recursive: true }));
const uriOf = (name: string) => pathToFileURL(join(folder, name)).href;
/** With an example of how statements end here: without one the expert is in two minds about the semicolon. */
const addition =
  "// Subtracts two numbers.\nfunction subtract(a: number, b: number): number {\n  return a - b;\n}\n\n" +
  "// Adds two numbers.\nfunction add(a: number, b: number): number {\n  return \n}\n";
const inBody: Position = { line: 7, character: 9 };

async function open({ client }: Served, name: string, text: string): Promise<string> {
  const uri = uriOf(name);
  await client.sendNotification("textDocument/didOpen", {
    textDocument: { uri, languageId: "typescript", version: 1, text },
  });
  return uri;
}

function complete({ client }: Served, uri: string, position: Position, cancel = new CancellationTokenSource()) {
  const params = { textDocument: { uri }, position, context: { triggerKind: 2 } };
  return client.sendRequest<InlineCompletionItem[]>("textDocument/inlineCompletion", params, cancel.token);
}

test("It completes a line, says by whom and why, and ends when told to", async () => {
  const one = await served(pathToFileURL(folder).href);
  const uri = await open(one, "add.ts", addition);
  await one.reached("ready");
  const [item] = await complete(one, uri, inBody);
  assert.equal(item?.insertText, "a + b;");
  assert.deepEqual(item.range, { start: inBody, end: inBody });
  const answer = one.answers[0]!;
  assert.equal(answer.text, "a + b;");
  assert.ok(answer.promptTokens > 10 && answer.newTokens > 0 && answer.ms > 0);
  assert.match(answer.rule, /^built-in#\d+$/);
  assert.equal(await one.end(), 0);
});

test("While the engine computes it answers other requests, and a cancelled one makes room", async () => {
  const one = await served(pathToFileURL(folder).href);
  const body = Array.from({ length: 120 }, (_, i) => `const value${i} = compute(${i}, "name ${i * 7}");\n`).join("");
  const uri = await open(one, "long.ts", `${body}const last = `);
  await one.reached("ready");
  const order: string[] = [];
  const cancel = new CancellationTokenSource();
  const end = { line: 120, character: 13 };
  const completion = complete(one, uri, end, cancel).then((items) => order.push(`completion ${items.length}`));
  await one.reached("answering");
  await one.client.sendRequest(route, { uri, position: end, task: "complete" });
  order.push("route");
  cancel.cancel();
  await completion;
  assert.deepEqual(order, ["route", "completion 0"]);
  const small = await open(one, "add.ts", addition);
  assert.equal((await complete(one, small, inBody)).length, 1);
  await one.end();
});

test("No internet socket is open while it serves", { skip: process.platform !== "linux" }, async () => {
  const one = await served(pathToFileURL(folder).href);
  const uri = await open(one, "add.ts", addition);
  await one.reached("ready");
  await complete(one, uri, inBody);
  const process = `/proc/${one.process.pid}`;
  const links = readdirSync(`${process}/fd`).map((fd) => readlinkSync(`${process}/fd/${fd}`));
  const own = links.flatMap((link) => /^socket:\[(\d+)\]$/.exec(link)?.[1] ?? []);
  // Our own standard streams are sockets, but not of the internet; finding them shows that the search works.
  assert.ok(own.length > 0);
  for (const table of ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"].filter((name) =>
    existsSync(`${process}/net/${name}`),
  )) {
    const inodes = readFileSync(`${process}/net/${table}`, "utf8")
      .split("\n")
      .map((line) => line.trim().split(/\s+/)[9]);
    assert.deepEqual(
      own.filter((inode) => inodes.includes(inode)),
      [],
      `open sockets in ${table}`,
    );
  }
  await one.end();
});

test("It ends by itself when its editor is gone", async () => {
  const one = await served(null);
  const exited = once(one.process, "exit");
  one.process.stdin!.end();
  await exited;
});

test("Started without a stream to serve it says how to start it", () => {
  for (const way of [[], ["--socket=5000"], ["--pipe=x"]]) {
    const { status, stderr } = spawnSync(process.execPath, [server, ...way], { encoding: "utf8" });
    assert.equal(status, 2);
    assert.match(stderr, /--stdio/);
  }
});

test("The self-test asks every expert and looks for sockets, and no socket is open", async () => {
  const one = await served(pathToFileURL(folder).href);
  const checks = await one.client.sendRequest(selfTest);
  assert.deepEqual(
    checks.filter(({ passed }) => !passed),
    [],
  );
  assert.match(checks.find(({ what }) => what === "Expert general")?.found ?? "", /continues "return" with "a \+ b;"/);
  const parts = await one.client.sendRequest(memory);
  assert.ok(parts && parts.backbone > 1e6 && parts.head > 1e6 && parts.experts.some(({ loaded }) => loaded));
  const report = await one.client.sendRequest(offline);
  assert.deepEqual(report.internet, []);
  assert.equal(report.made, 0);
  assert.equal(await one.end(), 0);
});
