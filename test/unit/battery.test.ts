// What the system tells of batteries and mains, in a folder laid out as Linux does.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, test } from "node:test";
import { onBattery } from "../../server/battery.ts";
import { engineOptions, installed } from "../../server/installation.ts";
import { readDefaults } from "../../server/settings.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "coterie-battery-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function supply(name: string, told: Readonly<Record<string, string>>): void {
  mkdirSync(join(folder, name));
  for (const [what, value] of Object.entries(told)) writeFileSync(join(folder, name, what), `${value}\n`);
}

test("a battery that discharges and no mains: on battery", () => {
  supply("BAT0", { type: "Battery", status: "Discharging" });
  supply("AC", { type: "Mains", online: "0" });
  assert.equal(onBattery(folder), true);
});

test("with mains, full or charging: not on battery", () => {
  supply("BAT0", { type: "Battery", status: "Full" });
  assert.equal(onBattery(folder), false);
  supply("AC", { type: "Mains", online: "1" });
  assert.equal(onBattery(folder), false);
});

test("without a battery, with a mouse's, or without the folder nobody knows", () => {
  assert.equal(onBattery(folder), null);
  supply("mouse", { type: "Battery", scope: "Device", status: "Discharging" });
  assert.equal(onBattery(folder), null);
  assert.equal(onBattery(join(folder, "missing")), null);
});

test("on battery half as many threads as else, but what the user has set", () => {
  const installation = installed();
  const defaults = readDefaults(installation.packageJson);
  const threads = (set: number, battery: boolean | null, cores = 8) =>
    engineOptions(installation, { ...defaults, threads: set }, [], { cores, battery }).threads;
  assert.deepEqual([threads(0, null), threads(0, false), threads(0, true)], [4, 4, 2]);
  assert.deepEqual([threads(3, true), threads(3, false)], [3, 3]);
  assert.deepEqual(
    [1, 2, 3, 6].map((cores) => threads(0, false, cores)),
    [1, 2, 2, 3],
  );
  assert.deepEqual(
    [1, 2, 6].map((cores) => threads(0, true, cores)),
    [1, 1, 1],
  );
});
