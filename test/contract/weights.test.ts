// Every expert that ships has its weights in the repository, whole, small enough, and trained on this backbone.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { backboneDigest, digestOf, readBackbonePack, readExpertPack } from "../../server/model/pack.ts";

const experts = "experts";
const backbone = readBackbonePack(join(experts, "backbone"));
const packs = readdirSync(experts)
  .map((name) => join(experts, name))
  .filter((folder) => existsSync(join(folder, "expert.json")) && folder !== backbone.folder)
  .map(readExpertPack);
const adapted = backbone.adapted === undefined ? [] : [{ folder: backbone.folder, weights: backbone.adapted }];
const files = [backbone, ...adapted, ...packs].flatMap(({ folder, weights }) =>
  "file" in weights ? [{ path: join(folder, weights.file), ...weights }] : [],
);

test("the weights that packs name are tracked", () => {
  const git = spawnSync("git", ["ls-files", "--", experts], { encoding: "utf8" });
  assert.equal(git.status, 0, git.stderr);
  const tracked = new Set(git.stdout.split("\n"));
  for (const { path } of files) assert.ok(tracked.has(path.replaceAll("\\", "/")), `${path}: git add it`);
});

test("the weights are those that the packs speak of", () => {
  for (const { path, bytes, sha256 } of files) {
    assert.equal(statSync(path).size, bytes, path);
    assert.equal(digestOf(path), sha256, path);
  }
});

test("an expert has at most 24 MiB and this backbone", () => {
  for (const { folder, weights, backbone: trainedOn } of packs) {
    assert.equal(trainedOn, backboneDigest(backbone), folder);
    if ("file" in weights) assert.ok(weights.bytes <= 24 * 2 ** 20, `${folder}: ${weights.bytes} bytes`);
  }
});
