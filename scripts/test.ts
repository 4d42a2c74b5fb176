// `npm test`: builds and proves everything, stage by stage, and ends with the line "N passed, N failed".
// Stages can be named to run only these: node scripts/fresh.mjs test types lint contract
import { type Count, step, testFiles, tests } from "./counts.ts";
import { findEditor } from "./editor.ts";
import { needPackages } from "./served.ts";

const tsc = "node_modules/typescript/bin/tsc";
const biome = "node_modules/@biomejs/biome/bin/biome";
const afterPackaging = "test/contract/package.test.ts";

/** In this order. "editor" is the real VS Code, first with the extension of the tree, then with the installed VSIX. */
const stages: Readonly<Record<string, () => Promise<Count>>> = {
  build: () => step(["esbuild.mjs"]),
  types: () => step([tsc, "-p", "."]),
  lint: () => step([biome, "check"]),
  contract: () => tests(testFiles("test/contract").filter((file) => file !== afterPackaging)),
  unit: () => tests(testFiles("test/unit")),
  engine: () => tests(testFiles("test/engine"), { concurrency: 1 }),
  wire: () => tests(testFiles("test/wire"), { concurrency: 1 }),
  package: async () => {
    const made = await step(["--import", "tsx", "scripts/package.ts", "--built"]);
    return add(made, await tests([afterPackaging]));
  },
  editor: async () => {
    const editor = await findEditor(console.log);
    if (editor.kind === "served") needPackages(["chromium"], console.log);
    console.log(`editor: testing in ${editor.how}`);
    return add(await inEditor("tree"), await inEditor("vsix"));
  },
};

function inEditor(variant: "tree" | "vsix"): Promise<Count> {
  return tests(testFiles("test/editor"), { concurrency: 1, env: { COTERIE_VARIANT: variant } });
}

function add(one: Count, other: Count): Count {
  return { passed: one.passed + other.passed, failed: one.failed + other.failed };
}

/** A stage that cannot even run is one failure, told in words. */
async function runStage(name: string, stage: () => Promise<Count>): Promise<Count> {
  console.log(`\n── ${name} ──`);
  const start = Date.now();
  try {
    const count = await stage();
    console.log(
      `${name}: ${count.passed} passed, ${count.failed} failed, ${((Date.now() - start) / 1000).toFixed(0)} s`,
    );
    return count;
  } catch (error) {
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
    return { passed: 0, failed: 1 };
  }
}

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in stages));
if (unknown.length > 0) {
  console.error(`no stage ${unknown.join(", ")}: choose of ${Object.keys(stages).join(", ")}`);
  process.exit(2);
}
let total: Count = { passed: 0, failed: 0 };
for (const [name, stage] of Object.entries(stages)) {
  if (asked.length === 0 || asked.includes(name)) total = add(total, await runStage(name, stage));
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 && total.passed > 0 ? 0 : 1;
