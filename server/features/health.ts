// Requests about the server itself: its sockets, the memory of its model, and its self-test.
import type { Connection } from "vscode-languageserver";
import type { Fleet } from "../fleet/fleet.ts";
import { offlineReport } from "../offline.ts";
import type { Power } from "../power.ts";
import { memory, offline, selfTest as selfTestRequest } from "../protocol/health.ts";
import type { Roster } from "../roster.ts";
import { memoryParts } from "./memory.ts";
import { selfTest } from "./selftest.ts";

export interface HealthOptions {
  readonly power: Power<Fleet>;
  readonly roster: Roster;
  /** How many sockets JavaScript has made by now. */
  readonly socketsMade: () => number;
  /** The machines that experts of the user's settings are on. */
  readonly hosts: () => readonly string[];
}

/** Answers the requests. `fenced` runs each so that whatever goes wrong in it ends there, in words. */
export function serveHealth(
  connection: Connection,
  fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>,
  { power, roster, socketsMade, hosts }: HealthOptions,
): void {
  const report = () => offlineReport(socketsMade(), hosts());
  const fleet = () => (typeof power.engine === "string" ? null : power.engine);
  connection.onRequest(offline.method, () => fenced("The report of sockets failed", report));
  const isOwn = (expert: string) => fleet()?.about(expert)?.manner !== undefined;
  connection.onRequest(memory.method, () =>
    fenced("The report of memory failed", () => memoryParts(power.engine, isOwn)),
  );
  connection.onRequest(selfTestRequest.method, () =>
    fenced("The self-test failed", () =>
      selfTest({
        engine: async () => {
          await power.start();
          return power.engine;
        },
        packs: roster.experts,
        problems: roster.problems,
        offline: report,
        absent: (expert) => fleet()?.absent(expert) ?? null,
        host: (expert) => fleet()?.about(expert)?.host ?? null,
      }),
    ),
  );
}
