// The VSIX holds what it must and nothing else. Runs after `npm run package`, not in `npm run check`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { grammarNames } from "../../server/syntax/grammars.ts";

const target = `${process.platform}-${process.arch}`;
const manifest = JSON.parse(readFileSync("package.json", "utf8"));
const name = `coterie-${manifest.version}-${target}.vsix`;
const experts = readdirSync("experts", { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && readdirSync(`experts/${entry.name}`).includes("expert.json"))
  .map((entry) => entry.name);

interface File {
  readonly path: string;
  /** Uncompressed, in bytes. */
  readonly size: number;
}

/** The files of a ZIP archive, from its central directory. */
function filesOf(zip: Buffer): readonly File[] {
  const end = zip.lastIndexOf(Buffer.from("PK\x05\x06", "latin1"));
  assert.ok(end >= 0, "not a ZIP archive");
  const files: File[] = [];
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0; left--) {
    assert.equal(zip.readUInt32LE(at), 0x02014b50, "the central directory is broken");
    const [nameLength, extra, comment] = [28, 30, 32].map((offset) => zip.readUInt16LE(at + offset)) as [
      number,
      number,
      number,
    ];
    files.push({ path: zip.toString("utf8", at + 46, at + 46 + nameLength), size: zip.readUInt32LE(at + 24) });
    at += 46 + nameLength + extra + comment;
  }
  return files;
}

/** What calls the C library. */
const koffi = `@koromix/koffi-linux-${process.arch}/linux_${process.arch}`;

const zip = readdirSync(".").includes(name) ? readFileSync(name) : undefined;
const files = zip ? filesOf(zip).filter(({ path }) => path.startsWith("extension/")) : [];
const paths = files.map(({ path }) => path.slice("extension/".length));

test("there is a VSIX of this platform, at most 256 MB", () => {
  assert.ok(zip, `${name} is missing: npm run package`);
  assert.ok(zip.length <= 256 * 1024 * 1024, `${zip.length} bytes`);
});

test("everything that a user needs is inside", () => {
  const part = ["part.json", "graph.onnx", "weights.bin"];
  const wanted = [
    ...["package.json", "readme.md", "changelog.md", "LICENSE.txt", "NOTICE", manifest.icon],
    `licenses/onnxruntime-${manifest.dependencies["onnxruntime-node"]}.txt`,
    ...["extension", "server", "engine", "packs", "algebra", "plans", "cli"].map((each) => `dist/${each}.js`),
    ...["backbone", "head", ...experts.filter((id) => id !== "backbone")].flatMap((id) =>
      part.map((file) => `dist/model/${id}/${file}`),
    ),
    "dist/model/head/tokenizer.json",
    "dist/syntax/web-tree-sitter.wasm",
    ...grammarNames.map((grammar) => `dist/syntax/tree-sitter-${grammar}.wasm`),
    "experts/rules.json",
    ...experts.map((id) => `experts/${id}/expert.json`),
    `dist/node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/onnxruntime_binding.node`,
    "dist/node_modules/onnxruntime-node/dist/index.js",
    "dist/node_modules/onnxruntime-common/dist/cjs/index.js",
    ...(process.platform === "linux" ? [`dist/node_modules/${koffi}/koffi.node`] : []),
    "dist/node_modules/typescript/lib/typescript.js",
    "dist/node_modules/typescript/lib/lib.es5.d.ts",
    ...contributed(),
  ];
  assert.deepEqual(
    wanted.filter((path) => !paths.includes(path)),
    [],
  );
  assert.deepEqual(
    files.filter(({ size }) => size === 0).map(({ path }) => path),
    [],
  );
});

test("nothing else is inside", () => {
  const allowed = [
    /^(package\.json|readme\.md|changelog\.md|LICENSE\.txt|NOTICE)$/,
    /^licenses\/[a-z]+-[0-9.]+\.txt$/,
    /^media\/[a-z0-9/-]+\.(svg|png|md|css|js|json)$/,
    /^experts\/(rules\.json|rules\.schema\.json|[a-z-]+\/expert\.json)$/,
    /^dist\/(package\.json|(extension|server|engine|packs|algebra|plans|cli)\.js)$/,
    /^dist\/syntax\/(web-)?tree-sitter(-[a-z-]+)?\.wasm$/,
    /^dist\/model\/[a-z-]+\/(part\.json|graph\.onnx|weights\.bin|tokenizer\.json)$/,
    /^dist\/node_modules\/onnxruntime-(node|common)\/(package\.json|dist\/([a-z]+\/)?[a-z-]+\.js|dist\/cjs\/package\.json)$/,
    /^dist\/node_modules\/koffi\/(package\.json|[a-z/]+\.cjs)$/,
    new RegExp(
      `^dist/node_modules/@koromix/koffi-linux-${process.arch}/(package\\.json|index\\.js|linux_[a-z0-9]+/koffi\\.node)$`,
    ),
    /^dist\/node_modules\/typescript\/(package\.json|lib\/(typescript\.js|lib(\.[a-z0-9]+)*\.d\.ts))$/,
    new RegExp(`^dist/node_modules/onnxruntime-node/bin/napi-v6/${process.platform}/${process.arch}/[a-z_0-9.]+$`),
  ];
  assert.deepEqual(
    paths.filter((path) => !allowed.some((pattern) => pattern.test(path))),
    [],
  );
});

/** Files inside the package that the manifest's contributions name. */
function contributed(): string[] {
  const named: string[] = JSON.stringify(manifest.contributes).match(/"(\.\/|media\/)[^"]+"/g) ?? [];
  return named.map((quoted) => quoted.slice(1, -1).replace(/^\.\//, ""));
}
