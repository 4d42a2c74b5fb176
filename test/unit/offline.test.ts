// The proof of being offline sees what there is to see.
import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:net";
import { test } from "node:test";
import { countSockets, offlineReport } from "../../server/offline.ts";

test("a socket that listens is reported, and no longer when it is closed", async () => {
  const before = offlineReport(0).internet.length;
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const during = offlineReport(0).internet;
  assert.equal(during.length, before + 1);
  server.close();
  await once(server, "close");
  assert.equal(offlineReport(0).internet.length, before);
});

test("sockets are counted when they are made, also when they are gone again", async () => {
  const made = countSockets();
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { connect } = await import("node:net");
  const address = server.address();
  assert.ok(address !== null && typeof address === "object");
  const client = connect(address.port, "127.0.0.1");
  await once(client, "connect");
  client.destroy();
  server.close();
  await once(server, "close");
  assert.ok(made() >= 1);
});

test("on Linux the kernel is asked, and files are named", { skip: process.platform !== "linux" }, () => {
  const report = offlineReport(0);
  assert.equal(report.asked, "kernel");
  assert.ok(report.files?.includes(process.execPath));
});
