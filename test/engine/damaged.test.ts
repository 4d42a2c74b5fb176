// Model and runtime files that are not as they were built, and the files that a healthy runtime must not leave behind.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { openModel, tinyModel } from "./models.ts";

const folder = mkdtempSync(join(tmpdir(), "coterie-"));
after(() => rmSync(folder, { recursive: true }));

/** Opens a copy of the tiny model after something was done to it. */
async function opened(harm: (model: string) => void): Promise<void> {
  const model = mkdtempSync(join(folder, "model-"));
  cpSync(tinyModel(), model, { recursive: true });
  harm(model);
  await (await openModel(model)).close();
}

test("a whole copy opens", () => opened(() => undefined));

test("missing, cut short, changed by a byte: said in words", async () => {
  await assert.rejects(
    opened((model) => rmSync(join(model, "head"), { recursive: true })),
    /head.*npm run build/s,
  );
  await assert.rejects(
    opened((model) => rmSync(join(model, "general", "weights.bin"))),
    /weights\.bin is missing/,
  );
  await assert.rejects(
    opened((model) => truncateSync(join(model, "backbone", "weights.bin"), 1000)),
    /has 1000 bytes instead of/,
  );
  await assert.rejects(
    opened((model) => {
      const path = join(model, "backbone", "weights.bin");
      const bytes = readFileSync(path);
      bytes[bytes.length >> 1]! ^= 1;
      writeFileSync(path, bytes);
    }),
    /was changed/,
  );
  await assert.rejects(
    opened((model) => writeFileSync(join(model, "head", "part.json"), "{}")),
    /not a part description/,
  );
});

test("a runtime binary that does not load", async () => {
  const dist = join(import.meta.dirname, "..", "..", "dist");
  const copy = mkdtempSync(join(folder, "dist-"));
  for (const name of ["engine.js", "package.json", "node_modules"])
    cpSync(join(dist, name), join(copy, name), { recursive: true });
  const binding = ["bin", "napi-v6", process.platform, process.arch, "onnxruntime_binding.node"];
  writeFileSync(join(copy, "node_modules", "onnxruntime-node", ...binding), "made for another machine");
  await assert.rejects(openModel(tinyModel(), { worker: join(copy, "engine.js") }), /does not load .*Install Coterie/s);
});

test("the runtime leaves nothing in the home folder and the temporary one", () => {
  const home = mkdtempSync(join(tmpdir(), "coterie-home-"));
  const file = join(home, "work", "a.ts");
  mkdirSync(join(home, "work"));
  writeFileSync(file, "export const one = 1;\nexport const two = ");
  const cli = join(import.meta.dirname, "..", "..", "dist", "cli.js");
  const { ORT_DISABLE_TELEMETRY: _, ...env } = process.env;
  const asked = ["complete", `${file}:2:20`, "--json"];
  const { stdout } = spawnSync(process.execPath, [cli, ...asked], {
    env: { ...env, HOME: home, TMPDIR: home },
    encoding: "utf8",
  });
  assert.match(stdout, /"expert":"code"/);
  assert.deepEqual(readdirSync(home, { recursive: true }).sort(), ["work", join("work", "a.ts")]);
  rmSync(home, { recursive: true });
});
