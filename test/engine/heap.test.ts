// Memory between blocks that live on goes back to the system when the C library is asked.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { environment } from "../../server/protocol/process.ts";

const size = 1 << 20;
const count = 128;

/** Says how large the process is with many blocks, with one in eight of them, and after it has asked. Bytes. */
const script = `
import { openTrim } from "./server/engine/heap.ts";
import { release } from "./server/engine/arrays.ts";
const trim = openTrim((message) => { throw new Error(message); });
const { rss } = process.memoryUsage;
const sizes = [];
const blocks = Array.from({ length: ${count} }, () => new Uint8Array(${size}).fill(1));
sizes.push(rss());
for (const [i, block] of blocks.entries()) if (i % 8 > 0) release(block);
sizes.push(rss());
trim();
sizes.push(rss());
console.log(JSON.stringify({ sizes, kept: blocks.filter((block) => block.length > 0).every((block) => block.every((byte) => byte === 1)) }));
`;

test("holes are given back, blocks in use are not touched", { skip: process.platform !== "linux" }, () => {
  const args = ["--import", "tsx", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    env: { ...process.env, ...environment },
    encoding: "utf8",
  });
  assert.ok(stdout, stderr);
  const { sizes, kept } = JSON.parse(stdout) as { sizes: [number, number, number]; kept: boolean };
  const [full, holed, trimmed] = sizes;
  const free = (count * size * 7) / 8;
  assert.ok(holed > full - free / 2, "by itself the C library has given it back: there is nothing to ask any more");
  assert.ok(trimmed < full - free * 0.9, `${sizes}`);
  assert.ok(kept);
});
