// `npm run bench`: our engine and the product against node-llama-cpp and others, section by section, arms taking turns, medians.
// `--only a,b`: these sections; `--resume`: what this commit has not been measured by; `--quick`: a trial that is only printed.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { crews } from "./crews.ts";
import { drafting } from "./drafting.ts";
import { editing } from "./editing.ts";
import { engines } from "./engines.ts";
import { growth } from "./growth.ts";
import { machine } from "./machine.ts";
import { plot } from "./plot.ts";
import { commit, type Kept, keep, recall, type Section } from "./section.ts";
import { prepare } from "./setup.ts";
import { soak } from "./soak.ts";
import { team } from "./team.ts";

const sections: readonly Section[] = [engines, crews, team, editing, drafting, growth, soak];

const quick = process.argv.includes("--quick");
const resume = process.argv.includes("--resume");
const wanted = process.argv.includes("--only") ? process.argv[process.argv.indexOf("--only") + 1]?.split(",") : null;
const unknown = wanted?.filter((name) => !sections.some((section) => section.name === name));
if (wanted === undefined || (unknown && unknown.length > 0)) {
  const known = sections.map(({ name }) => name).join(", ");
  console.error(
    `--only takes sections, separated by commas, of: ${known}${unknown ? `; not: ${unknown.join(", ")}` : ""}`,
  );
  process.exit(2);
}

const note = (text: string) => void process.stderr.write(`${new Date().toISOString().slice(11, 19)} ${text}\n`);
const prepared = await prepare();
const now = commit();
for (const section of sections) {
  if (wanted && !wanted.includes(section.name)) continue;
  if (resume && recall(section.name, quick)?.commit === now) continue;
  const started = performance.now();
  try {
    const measured = await section.measure(prepared, quick, note);
    const minutes = (performance.now() - started) / 60_000;
    keep(section.name, quick, { ...measured, commit: now, machine: machine(), minutes });
    note(`${section.name}: ${minutes.toFixed(1)} minutes`);
    write();
  } catch (error) {
    // The others can be measured all the same; --resume takes this one up.
    process.exitCode = 1;
    note(`${section.name} failed: ${error instanceof Error ? error.stack : String(error)}`);
  }
}

/** Everything that has been measured by now. */
function write(): void {
  const known = sections.flatMap((section) => {
    const kept = recall(section.name, quick);
    return kept === null ? [] : [{ section, kept }];
  });
  const text = report(known);
  if (quick) console.log(text);
  else {
    writeFileSync(join(import.meta.dirname, "results.md"), text);
    const charts = known.flatMap(({ kept }) => kept.charts ?? []);
    if (charts.length > 0) writeFileSync(join(import.meta.dirname, "results.svg"), plot(charts));
  }
}

function report(known: readonly { readonly section: Section; readonly kept: Kept }[]): string {
  const machines = [...new Set(known.map(({ kept }) => kept.machine))];
  const commits = [...new Set(known.map(({ kept }) => kept.commit))];
  const one = machines.length === 1 && commits.length === 1;
  const said = one ? ` on ${machines[0]}, commit ${commits[0]}` : "; each section says where and of which commit";
  const missing = sections.filter(({ name }) => !known.some(({ section }) => section.name === name));
  const parts = known.map(({ section, kept }) => {
    const where = one ? "" : `\n\n${kept.machine}, commit ${kept.commit}.`;
    return `## ${section.title}${where}\n\n${kept.markdown}`;
  });
  const open =
    missing.length > 0 ? [`Not measured: ${missing.map(({ title }) => title.toLowerCase()).join(", ")}.`] : [];
  return `${[`# Benchmark\n\nMade by \`npm run bench\`${said}.`, "![Charts](results.svg)", ...parts, ...open].join("\n\n")}\n`;
}
