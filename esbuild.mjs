// Builds dist (extension, server, engine, command line), out (editor tests), the runtime's binaries and the compiled weights.
// Usage: node esbuild.mjs [--watch] [--target linux-x64] [--no-weights]
import { spawnSync } from "node:child_process";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build, context } from "esbuild";

const root = dirname(fileURLToPath(import.meta.url));
process.chdir(root);

const watch = process.argv.includes("--watch");
const staged = "dist/node_modules";
const target = option("--target") ?? `${process.platform}-${process.arch}`;

const entries = [
  { from: "src/extension.ts", to: "dist/extension.js" },
  { from: "server/main.ts", to: "dist/server.js" },
  { from: "server/engine/worker.ts", to: "dist/engine.js" },
  { from: "server/packs/job.ts", to: "dist/packs.js" },
  { from: "server/algebra/job.ts", to: "dist/algebra.js" },
  { from: "server/plan/thread.ts", to: "dist/plans.js" },
  { from: "server/cli.ts", to: "dist/cli.js", shebang: true },
  { from: "test/editor/suite.ts", to: "out/tests.js" },
];

// Only what the CPU provider loads. DirectML.dll is loaded lazily and the shader compilers belong to WebGPU, so a CPU-only
// package needs neither; darwin holds its library twice and the binding asks for the short name.
const runtimeFiles = {
  linux: ["libonnxruntime.so.1", "onnxruntime_binding.node"],
  darwin: ["libonnxruntime.1.dylib", "onnxruntime_binding.node"],
  win32: ["onnxruntime.dll", "onnxruntime_binding.node"],
};

/** The value after a command-line flag, or undefined. */
function option(name) {
  const at = process.argv.indexOf(name);
  return at < 0 ? undefined : process.argv[at + 1];
}

function bundle({ from, to, shebang }) {
  // The sources are ES modules and find their neighbours by import.meta.url, which CommonJS output lacks.
  const url = 'const coterieModuleUrl = require("node:url").pathToFileURL(__filename).href;';
  return {
    entryPoints: [from],
    outfile: to,
    bundle: true,
    platform: "node",
    format: "cjs",
    target: "node20",
    mainFields: ["module", "main"],
    external: ["vscode", "onnxruntime-node", "koffi", "typescript"],
    define: { "import.meta.url": "coterieModuleUrl" },
    banner: { js: shebang ? `#!/usr/bin/env node\n${url}` : url },
    sourcemap: true,
    sourcesContent: false,
    logLevel: "warning",
  };
}

const [platform, arch] = target.split("-");

/** Puts the runtime's JavaScript and the target platform's libraries where dist/engine.js finds them by plain require. */
function stageRuntime() {
  const require = createRequire(import.meta.url);
  const node = dirname(dirname(require.resolve("onnxruntime-node")));
  const common = dirname(dirname(dirname(createRequire(join(node, "package.json")).resolve("onnxruntime-common"))));
  const binaries = join("bin", "napi-v6", platform, arch);
  const wanted = runtimeFiles[platform];
  if (!wanted || !existsSync(join(node, binaries))) {
    throw new Error(
      `onnxruntime-node has no binaries for ${target}: choose linux-x64, linux-arm64, darwin-arm64, win32-x64 or win32-arm64.`,
    );
  }
  const bin = join(staged, "onnxruntime-node", "bin");
  if (existsSync(bin) && !existsSync(join(staged, "onnxruntime-node", binaries))) rmSync(bin, { recursive: true });
  stage([
    ...scripts(join(node, "dist")).map((name) => [node, "onnxruntime-node", join("dist", name)]),
    ...scripts(join(common, "dist", "cjs")).map((name) => [common, "onnxruntime-common", join("dist", "cjs", name)]),
    [common, "onnxruntime-common", "dist/cjs/package.json"],
    [node, "onnxruntime-node", "package.json"],
    [common, "onnxruntime-common", "package.json"],
    ...wanted.map((name) => [node, "onnxruntime-node", join(binaries, name)]),
  ]);
}

/** Puts the package that calls the C library, see server/engine/heap.ts, beside it: only the GNU one has to be called. */
function stageCalls() {
  rmSync(join(staged, "@koromix"), { recursive: true, force: true });
  if (platform !== "linux") return rmSync(join(staged, "koffi"), { recursive: true, force: true });
  const koffi = dirname(createRequire(import.meta.url).resolve("koffi"));
  const native = `@koromix/koffi-linux-${arch}`;
  const binary = join("node_modules", native);
  if (!existsSync(binary)) {
    const { version } = JSON.parse(readFileSync(join(koffi, "package.json"), "utf8"));
    throw new Error(
      `koffi's binary for ${target} is not installed: npm install --no-save --force ${native}@${version}`,
    );
  }
  stage([
    ...["package.json", "index.cjs", "src/koffi/index.cjs", "src/koffi/src/static.cjs"].map((name) => [
      koffi,
      "koffi",
      name,
    ]),
    ...["package.json", "index.js", join(`linux_${arch}`, "koffi.node")].map((name) => [binary, native, name]),
  ]);
}

/** Copies files, each of a folder [from, package's name, path inside of both], that are not there yet. */
function stage(files) {
  for (const [from, name, file] of files) {
    const source = join(from, file);
    const to = join(staged, name, file);
    // A library that a running editor has loaded must not be overwritten in place.
    if (
      existsSync(to) &&
      statSync(to).size === statSync(source).size &&
      statSync(to).mtimeMs === statSync(source).mtimeMs
    )
      continue;
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { force: true });
    cpSync(source, to, { preserveTimestamps: true });
  }
}

/** Puts the parser and its grammars where the server looks for them. */
function stageSyntax() {
  const require = createRequire(import.meta.url);
  const grammars = join(dirname(require.resolve("@vscode/tree-sitter-wasm/package.json")), "wasm");
  mkdirSync("dist/syntax", { recursive: true });
  cpSync(require.resolve("web-tree-sitter/web-tree-sitter.wasm"), "dist/syntax/web-tree-sitter.wasm");
  for (const name of readdirSync(grammars).filter((each) => /^tree-sitter-.+\.wasm$/.test(each))) {
    cpSync(join(grammars, name), join("dist/syntax", name));
  }
}

/** Puts the compiler, whose language service plans use, and the library's types where a plain import finds them. */
function stageTypeScript() {
  const from = dirname(createRequire(import.meta.url).resolve("typescript"));
  const to = "dist/node_modules/typescript";
  mkdirSync(join(to, "lib"), { recursive: true });
  cpSync(join(dirname(from), "package.json"), join(to, "package.json"));
  const names = readdirSync(from).filter(
    (name) => name === "typescript.js" || /^lib(\.[a-z0-9.]+)?\.d\.ts$/.test(name),
  );
  for (const name of names) cpSync(join(from, name), join(to, "lib", name));
}

function scripts(folder) {
  return readdirSync(folder).filter((name) => name.endsWith(".js"));
}

const missing = entries.filter((entry) => !existsSync(entry.from)).map((entry) => entry.from);
const present = entries.filter((entry) => existsSync(entry.from));
for (const folder of ["dist", "out"]) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), '{ "type": "commonjs" }\n');
}
stageRuntime();
stageCalls();
stageSyntax();
stageTypeScript();

if (watch) {
  const contexts = await Promise.all(present.map((entry) => context({ ...bundle(entry), logLevel: "info" })));
  await Promise.all(contexts.map((each) => each.watch()));
} else {
  await Promise.all(present.map((entry) => build(bundle(entry))));
  if (existsSync("dist/cli.js")) chmodSync("dist/cli.js", 0o755);
}

if (!process.argv.includes("--no-weights")) {
  if (existsSync("scripts/compile.ts")) {
    const compile = spawnSync(process.execPath, ["--import", "tsx", "scripts/compile.ts"], { stdio: "inherit" });
    if (compile.status !== 0) {
      console.error("build: the weights were not compiled, see above");
      process.exit(1);
    }
  } else missing.push("scripts/compile.ts");
}
if (missing.length > 0) {
  console.error(`build: these sources are missing, so nothing was built from them: ${missing.join(", ")}`);
  process.exit(1);
}
if (!watch) {
  for (const { to } of present) console.log(`build: ${to} ${(statSync(to).size / 1024).toFixed(0)} KB`);
}
