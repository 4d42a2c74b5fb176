// Records test/traces/edits.json from commits of this repository: each hunk is moved to, what goes is deleted, what comes is typed.
// Run by hand: node --import tsx test/traces/record.ts COMMIT...
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { uniforms } from "../../server/engine/sample.ts";
import type { Event, Trace } from "./trace.ts";

/** Completions in all. */
const asks = 120;
/** Files of other sizes would make the trace large, or have no window. */
const [shortest, longest] = [30, 290];

const git = (...args: readonly string[]) => execFileSync("git", [...args], { encoding: "utf8", maxBuffer: 1 << 26 });
const uniform = uniforms(5);

interface Hunk {
  /** In the text as it is when all hunks above are done, from 0. */
  readonly line: number;
  readonly removed: readonly string[];
  readonly added: readonly string[];
}

function hunksOf(commit: string, path: string): Hunk[] {
  const hunks: { line: number; removed: string[]; added: string[] }[] = [];
  for (const line of git("diff", "-U0", `${commit}^`, commit, "--", path).split("\n")) {
    const head = /^@@ -\d+(?:,\d+)? \+(\d+)(?:,(\d+))? @@/.exec(line);
    if (head) hunks.push({ line: Number(head[1]) - (head[2] === "0" ? 0 : 1), removed: [], added: [] });
    else if (line.startsWith("-") && hunks.length > 0) hunks.at(-1)!.removed.push(line.slice(1));
    else if (line.startsWith("+") && hunks.length > 0) hunks.at(-1)!.added.push(line.slice(1));
  }
  return hunks;
}

/** The events of one hunk, in its file. */
function* edits({ line, removed, added }: Hunk, cold: boolean): Generator<Event> {
  if (cold) yield { ask: [line, 0], cold };
  else if (uniform() < 0.7) yield { rest: [line, 0] };
  const replaced = Math.min(removed.length, added.length);
  for (let i = 0; i < replaced; i++) yield* replacement(line + i, removed[i]!, added[i]!);
  if (removed.length > replaced) yield { cut: line + replaced, lines: removed.length - replaced };
  for (let i = replaced; i < added.length; i++) {
    const at = line + i;
    yield { type: [at, 0], text: "\n" };
    yield* written([at, 0], added[i]!);
  }
}

function* replacement(line: number, before: string, after: string): Generator<Event> {
  let start = 0;
  while (start < before.length && before[start] === after[start]) start++;
  let end = 0;
  while (end < Math.min(before.length, after.length) - start && before.at(-1 - end) === after.at(-1 - end)) end++;
  if (before.length - end > start) yield { back: [line, before.length - end], count: before.length - end - start };
  yield* written([line, start], after.slice(start, after.length - end));
}

/** Types a text, with a completion behind its indentation and one behind a word in it. */
function* written([line, from]: readonly [number, number], text: string): Generator<Event> {
  const indent = /^\s*/.exec(text)![0].length;
  const words = [...text.matchAll(/[\w$]+/g)].map((word) => word.index + Math.ceil(word[0].length / 2));
  const middle = words[Math.floor(uniform() * words.length)] ?? text.length;
  const stops = [...new Set([indent, middle, text.length])].sort((a, b) => a - b);
  let at = 0;
  for (const stop of stops) {
    if (stop > at) yield { type: [line, from + at], text: text.slice(at, stop) };
    at = stop;
    if (stop < text.length && uniform() < 0.6) yield { ask: [line, from + at], cold: false };
  }
}

const files: Record<string, string> = {};
const events: Event[] = [];
const left = () => asks - events.filter((event) => "ask" in event).length;
const commits = process.argv.slice(2);
for (const commit of commits) {
  const changed = git("diff", "--name-only", "--diff-filter=M", `${commit}^`, commit, "--", "*.ts").trim().split("\n");
  const work = changed.flatMap((path) => {
    if (path === "" || path in files) return [];
    const text = git("show", `${commit}^:${path}`);
    const lines = text.split("\n").length;
    if (lines < shortest || lines > longest) return [];
    files[path] = text;
    return [{ path, hunks: hunksOf(commit, path) }];
  });
  // Now and then the user goes to another file before one is finished.
  for (let last = ""; work.some(({ hunks }) => hunks.length > 0) && left() > 0; ) {
    const open = work.filter(({ hunks }) => hunks.length > 0);
    const same = open.find(({ path }) => path === last);
    const next = same && uniform() < 0.6 ? same : open[Math.floor(uniform() * open.length)]!;
    const isNew = !events.some((event) => "open" in event && event.open === next.path);
    if (next.path !== last) events.push({ open: next.path });
    last = next.path;
    const cold = isNew && uniform() < 0.7;
    for (const event of edits(next.hunks.shift()!, cold)) if (left() > 0) events.push(event);
  }
}
for (const path of Object.keys(files)) {
  if (!events.some((event) => "open" in event && event.open === path)) delete files[path];
}
const trace: Trace = { commits: commits.map((commit) => git("rev-parse", commit).trim()), files, events };
const lines = events.map((event) => `    ${JSON.stringify(event)}`).join(",\n");
const { commits: from, files: texts } = trace;
writeFileSync(
  join(import.meta.dirname, "edits.json"),
  `{\n  "commits": ${JSON.stringify(from)},\n  "files": ${JSON.stringify(texts, null, 2).replaceAll("\n", "\n  ")},\n  "events": [\n${lines}\n  ]\n}\n`,
);
console.log(`${asks - left()} completions, ${Object.keys(files).length} files, ${events.length} events`);
