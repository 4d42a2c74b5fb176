// Globs of rules: what they match, and that no pattern takes long.
import assert from "node:assert/strict";
import { test } from "node:test";
import { matchesGlob } from "../../server/glob.ts";

function check(glob: string, matching: readonly string[], others: readonly string[]): void {
  for (const path of matching) assert.equal(matchesGlob(glob, path), true, `${glob} should match ${path}`);
  for (const path of others) assert.equal(matchesGlob(glob, path), false, `${glob} should not match ${path}`);
}

test("Stars, question marks and braces", () => {
  check("*.ts", ["a.ts", "src/deep/a.ts", ".ts"], ["a.tsx", "a.ts/b"]);
  check("src/*.ts", ["src/a.ts"], ["src/b/a.ts", "a.ts", "other/src/a.ts"]);
  check("src/**/*.ts", ["src/a.ts", "src/b/a.ts", "src/b/c/a.ts"], ["xsrc/a.ts", "src/a.js"]);
  check("**/test/**", ["test/a", "a/test/b/c"], ["a/tests/b", "test"]);
  check("**/a", ["a", "b/a", "c/b/a"], ["ba", "b/ba"]);
  check("docs/**", ["docs/a", "docs/a/b"], ["docs", "doc/a"]);
  check("a?.md", ["ab.md", "é/aé.md"], ["a.md", "a/b.md"]);
  check("*.{ts,tsx}", ["a.ts", "a.tsx"], ["a.js", "a.{ts,tsx}"]);
  check("{src,test}/**/*.{a{b,c},d}", ["src/x.ab", "test/y/x.ac", "src/x.d"], ["src/x.a", "lib/x.d"]);
  check("/src/a", ["src/a"], ["b/src/a"]);
  check("{a,}b/c", ["ab/c", "b/c"], ["a/c"]);
  check("a{b", ["a{b"], ["ab"]);
  check("a}b,c", ["a}b,c"], ["ab"]);
});

test("Characters that mean something in regular expressions are plain", () => {
  check("a+(b)[c].$^|", ["a+(b)[c].$^|"], ["aab", "a+bc"]);
});

test("A pattern that makes backtracking matchers explode is answered at once", () => {
  const steps = matchesGlob(`${"*a".repeat(120)}b`, "a".repeat(4_000));
  assert.equal(steps, false);
  assert.equal(matchesGlob("{a,".repeat(80), "a".repeat(1_000)), false);
  assert.equal(matchesGlob("**/".repeat(80), `${"a/".repeat(1_000)}b`), false);
});
