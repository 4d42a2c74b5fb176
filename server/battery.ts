// Whether this machine runs on its battery, where the system tells it without a program being run.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** Where Linux tells of batteries and mains. */
const supplies = "/sys/class/power_supply";

/** Null where nobody tells: other systems, and machines without a battery. */
export function onBattery(folder: string = supplies): boolean | null {
  const told = (name: string, what: string) => {
    try {
      return readFileSync(join(folder, name, what), "utf8").trim();
    } catch {
      // A supply need not tell everything.
      return null;
    }
  };
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return null;
  }
  // The battery of a mouse says nothing about the machine.
  const batteries = names.filter((name) => told(name, "type") === "Battery" && told(name, "scope") !== "Device");
  if (batteries.length === 0) return null;
  if (names.some((name) => told(name, "type") === "Mains" && told(name, "online") === "1")) return false;
  return batteries.some((name) => told(name, "status") === "Discharging");
}
