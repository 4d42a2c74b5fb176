// `npm start` without a desktop: a served VS Code that does not come up, or that nobody waits for any more, is not left running.
import assert from "node:assert/strict";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { type Served, type ServeOptions, serve } from "../../scripts/served.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-served-"));
after(() => rmSync(folder, { recursive: true, force: true }));
const pid = join(folder, "pid");
const options: ServeOptions = { dataDir: folder, port: "0" };

/** A server that notes its process id and then does as the script says. */
function standIn(script: string): Served {
  rmSync(pid, { force: true });
  const main = join(folder, "main.cjs");
  writeFileSync(main, `require("fs").writeFileSync(${JSON.stringify(pid)}, String(process.pid));\n${script}`);
  return { kind: "served", node: process.execPath, main, how: "" };
}

function isRunning(): boolean {
  try {
    return process.kill(Number(readFileSync(pid, "utf8")), 0);
  } catch (error) {
    assert.equal((error as NodeJS.ErrnoException).code, "ESRCH");
    return false;
  }
}

const silent = "setInterval(() => {}, 1000);";
const skip = process.platform === "win32" ? "served on Linux only" : false;

test("One that listens is told with its port, and stopped when that is wanted", { skip }, async () => {
  const server = await serve(standIn(`console.log("Web UI available at http://localhost:8123");${silent}`), options);
  assert.equal(server.port, 8123);
  assert.ok(isRunning());
  await server.stop();
  assert.equal(isRunning(), false);
});

test("One that nobody waits for any more is stopped", { skip }, async () => {
  const ended = new AbortController();
  const started = serve(standIn(silent), { ...options, signal: ended.signal });
  while (!existsSync(pid) || readFileSync(pid, "utf8") === "") await wait(20);
  ended.abort();
  await assert.rejects(started, /was stopped before it listened/);
  assert.equal(isRunning(), false);
});

test("One that is too slow is stopped, and one that ends or cannot be run is told in words", { skip }, async () => {
  const slow = serve(standIn(silent), { ...options, patience: 3_000 });
  await assert.rejects(slow, /does not listen after 3 s/);
  assert.equal(isRunning(), false);
  const broken = serve(standIn('console.log("no port is free"); process.exit(3);'), options);
  await assert.rejects(broken, /ended with 3 before it listened:\nno port is free/);
  const missing = { ...standIn(""), node: join(folder, "no-such-node") };
  await assert.rejects(serve(missing, options), /cannot be run \(.*ENOENT/);
});
