// Compiles the weights of the packs under experts/ into dist/model; `npm run build` runs it. An argument names another folder.
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { compileModel } from "../server/model/compile.ts";
import { WeightsError } from "../server/model/cursor.ts";

const root = join(import.meta.dirname, "..");
const packs = join(root, "experts");
const experts = readdirSync(packs)
  .filter((name) => name !== "backbone" && existsSync(join(packs, name, "expert.json")))
  .map((name) => join(packs, name));

try {
  const out = process.argv[2] ?? join(root, "dist", "model");
  const parts = compileModel({ backbone: join(packs, "backbone"), experts, out, precision: "q8" });
  for (const { id, fresh } of parts) console.log(`${id}: ${fresh ? "compiled" : "up to date"}`);
} catch (error) {
  if (!(error instanceof WeightsError)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
