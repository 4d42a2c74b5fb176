// The language servers of the editors under test, as processes: a machine that is slow for as long as a test needs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";

/** Holds all language servers below this process up while something is done, and then lets them go on. */
export async function whileServersStand(act: () => Promise<void>): Promise<void> {
  const servers = serversBelow(process.pid);
  assert.ok(servers.length > 0, "no language server runs below this process");
  for (const server of servers) process.kill(server, "SIGSTOP");
  try {
    await act();
  } finally {
    for (const server of servers) process.kill(server, "SIGCONT");
  }
}

/** Ids of processes that run our server, among the descendants of one. */
export function serversBelow(top: number): readonly number[] {
  const list = execFileSync("ps", ["-A", "-o", "pid=,ppid=,args="], { encoding: "utf8" });
  const all = list.split("\n").flatMap((line) => {
    const [, id, parent, args = ""] = /^\s*(\d+)\s+(\d+)\s+(.*)$/.exec(line) ?? [];
    return id === undefined ? [] : [{ id: Number(id), parent: Number(parent), args }];
  });
  const below = new Set([top]);
  // A process may be listed before the one that started it.
  for (let size = 0; size < below.size; ) {
    size = below.size;
    for (const { id, parent } of all) if (below.has(parent)) below.add(id);
  }
  return all.filter(({ id, args }) => below.has(id) && /dist[\\/]server\.js/.test(args)).map(({ id }) => id);
}
