// Proof that nothing leaves the machine: which sockets this process has open, as the operating system tells it.
import { subscribe } from "node:diagnostics_channel";
import { readdirSync, readFileSync, readlinkSync } from "node:fs";
import type { OfflineReport } from "./protocol/health.ts";

/** Node announces every socket that is made on these channels. */
const channels = ["net.client.socket", "net.server.socket", "udp.socket"];

/** Begins to count sockets; the function it returns says how many there were. */
export function countSockets(): () => number {
  let made = 0;
  for (const channel of channels) subscribe(channel, () => made++);
  return () => made;
}

/** @param made as `countSockets` has counted. @param hosts machines that the user's settings name. @throws Error when the system's own lists cannot be read. */
export function offlineReport(made: number, hosts: readonly string[] = []): OfflineReport {
  const report: OfflineReport =
    process.platform === "linux" ? { ...fromKernel("/proc/self"), made, asked: "kernel" } : fromNode(made);
  return hosts.length === 0 ? report : { ...report, hosts };
}

// ── Linux: every descriptor of the process, whichever thread or library opened it ──────────────────────────────────────

/** Tables of the kernel whose sockets can leave the machine, and the column that holds the socket's inode. */
const tables = { tcp: 9, tcp6: 9, udp: 9, udp6: 9, raw: 9, raw6: 9, packet: 8 } as const;

/** @param process folder of a process in /proc. */
export function fromKernel(process: string): Pick<OfflineReport, "internet" | "local" | "files"> {
  const targets = descriptors(`${process}/fd`);
  const inodes = targets.flatMap((target) => /^socket:\[(\d+)\]$/.exec(target)?.[1] ?? []);
  const known = new Map<string, string>();
  for (const [table, column] of Object.entries(tables)) {
    for (const line of lines(`${process}/net/${table}`)) {
      const fields = line.trim().split(/\s+/);
      const inode = fields[column];
      if (inode !== undefined) known.set(inode, `${table} ${fields[1] ?? ""} to ${fields[2] ?? ""}`);
    }
  }
  const internet = inodes.flatMap((inode) => known.get(inode) ?? []);
  const mapped = lines(`${process}/maps`, 0).flatMap((line) => /\s(\/.*)$/.exec(line)?.[1] ?? []);
  const opened = targets.filter((target) => target.startsWith("/") && !target.startsWith("/dev/"));
  return { internet, local: inodes.length - internet.length, files: [...new Set([...mapped, ...opened])].sort() };
}

/** What the descriptors of a process point to; one that is closed meanwhile is left out. */
function descriptors(folder: string): readonly string[] {
  return readdirSync(folder).flatMap((name) => {
    try {
      return [readlinkSync(`${folder}/${name}`)];
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
      throw error;
    }
  });
}

/** The lines of a kernel table after its heading; a table that this kernel does not have has none. */
function lines(file: string, heading = 1): readonly string[] {
  try {
    return readFileSync(file, "utf8").split("\n").slice(heading);
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return [];
    throw error;
  }
}

// ── Elsewhere: what Node itself holds open ───────────────────────────────────────────────────────────────────────────

function fromNode(made: number): OfflineReport {
  const held = process.getActiveResourcesInfo();
  const internet = held.filter((name) => /^(TCP|UDP)/.test(name));
  return { internet, local: held.filter((name) => name.startsWith("Pipe")).length, made, files: null, asked: "node" };
}
