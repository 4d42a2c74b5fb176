// Pictures of the ledger and of memory as plain SVG: who answers, how fast, how often it is taken, where the memory goes.
import type { MemoryParts } from "../server/protocol/health.ts";
import type { Entry } from "./ledger.ts";

/** A picture with its words: `table` says the same for those who cannot see it. */
export interface Figure {
  readonly title: string;
  /** The finding in one sentence. */
  readonly summary: string;
  /** SVG, or an empty string while there is nothing to draw. */
  readonly svg: string;
  readonly table: readonly (readonly string[])[];
}

const width = 280;
const rowHeight = 22;
const labelWidth = 70;
const valueWidth = 62;
const plotHeight = 90;

/** Bins of so many answers each, for what changes over time. */
const binSize = 10;

/** All figures, for a ledger whose newest entry comes first and a model that may not be loaded. */
export function figures(entries: readonly Entry[], memory: MemoryParts | null): readonly Figure[] {
  return [byExpert(entries), latency(entries), acceptance(entries), memoryByPart(memory)];
}

/** Experts in the order of their number of answers. */
function byExpert(entries: readonly Entry[]): Figure {
  const counts = new Map<string, number>();
  for (const { answer } of entries) counts.set(answer.expert, (counts.get(answer.expert) ?? 0) + 1);
  const rows = [...counts].sort(([, one], [, other]) => other - one);
  const summary =
    rows.length === 0
      ? "No answers yet."
      : `${entries.length} ${entries.length === 1 ? "answer" : "answers"}: ${rows.map(([id, n]) => `${id} ${n}`).join(", ")}.`;
  const svg = bars(rows.map(([id, n]) => ({ label: id, value: n, shown: String(n), colour: colourOf(id) })));
  return {
    title: "Answers by expert",
    summary,
    svg,
    table: [["expert", "answers"], ...rows.map(([id, n]) => [id, String(n)])],
  };
}

/** Milliseconds of the answers that the model computed, oldest first. */
function latency(entries: readonly Entry[]): Figure {
  const computed = entries
    .filter(({ answer }) => answer.newTokens > 0)
    .map(({ answer }) => answer)
    .reverse();
  const sorted = computed.map(({ ms }) => ms).sort((one, other) => one - other);
  const atMost = (share: number) => sorted[Math.ceil(share * sorted.length) - 1];
  const [middle, slow] = [atMost(0.5), atMost(0.95)];
  const summary =
    middle === undefined || slow === undefined
      ? "No answers yet."
      : `Half of the answers took at most ${Math.round(middle)} ms, 95 of 100 at most ${Math.round(slow)} ms.`;
  const points = computed.map(({ ms, expert }) => ({ value: ms, colour: colourOf(expert) }));
  const table = [
    ["answer", "expert", "ms"],
    ...computed.map(({ ms, expert }, i) => [String(i + 1), expert, String(Math.round(ms))]),
  ];
  return { title: "Time of each answer", summary, svg: dots(points, "ms"), table };
}

/** Share of the shown answers that were accepted or typed by hand, in bins, oldest first. */
function acceptance(entries: readonly Entry[]): Figure {
  const decided = entries.filter(({ fate }) => fate !== "hidden" && fate !== "shown").reverse();
  const taken = (some: readonly Entry[]) => some.filter(({ fate }) => fate === "accepted" || fate === "typed").length;
  const bins: number[] = [];
  for (let at = 0; at < decided.length; at += binSize) {
    const some = decided.slice(at, at + binSize);
    bins.push(Math.round((100 * taken(some)) / some.length));
  }
  const summary =
    decided.length === 0
      ? "Nothing was taken or left yet."
      : `${taken(decided)} of ${decided.length} shown answers were taken or typed by hand.`;
  const svg = dots(
    bins.map((value) => ({ value, colour: "taken" })),
    "%",
    100,
  );
  const table = [
    ["answers", "taken, %"],
    ...bins.map((share, i) => [`${i * binSize + 1} to ${Math.min((i + 1) * binSize, decided.length)}`, String(share)]),
  ];
  return { title: "How many are taken", summary, svg, table };
}

/** Bytes by part, and what as many separate models would take. */
function memoryByPart(memory: MemoryParts | null): Figure {
  const title = "Memory";
  if (memory === null) return { title, summary: "The model is not loaded.", svg: "", table: [] };
  const { backbone, head, experts, caches, isShared } = memory;
  const all = experts.reduce((sum, { bytes }) => sum + bytes, 0);
  const together = backbone + head + all;
  const separate = experts.reduce((sum, { bytes }) => sum + backbone + head + bytes, 0);
  const isLess = isShared && separate > together;
  const rows: [string, number, string][] = [
    ["backbone", backbone, "backbone"],
    ...experts.map(({ id, bytes, loaded }): [string, number, string] => [loaded ? id : `${id} *`, bytes, colourOf(id)]),
    ["head", head, "head"],
    ["caches", caches, "caches"],
    ["together", together, "taken"],
    ...(isShared ? [["separate", separate, "separate"] as [string, number, string]] : []),
  ];
  const saved = isLess
    ? ` ${experts.length} separate models would take ${megabytes(separate)}, ${Math.round(100 * (1 - together / separate))} % is saved.`
    : "";
  const waiting = experts.some(({ loaded }) => !loaded) ? " Those with * are loaded when they are first asked." : "";
  const summary = `Weights of backbone, experts and head: ${megabytes(together)}.${saved}${waiting}`;
  const svg = bars(rows.map(([label, value, colour]) => ({ label, value, shown: megabytes(value), colour })));
  return {
    title,
    summary,
    svg,
    table: [["part", "memory"], ...rows.map(([label, value]) => [label, megabytes(value)])],
  };
}

function megabytes(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(0)} MB`;
}

// ── Drawing. Colours are classes of media/figures.css, which takes them from the theme ───────────────────────────────

const known = new Set(["general", "code", "math", "docs"]);

/** Experts of packs that others made share one colour. */
function colourOf(expert: string): string {
  return known.has(expert) ? expert : "other";
}

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly shown: string;
  readonly colour: string;
}

function bars(rows: readonly Bar[]): string {
  const most = Math.max(...rows.map(({ value }) => value), 1);
  const room = width - labelWidth - valueWidth;
  const drawn = rows.map(({ label, value, shown, colour }, i) => {
    const y = i * rowHeight;
    const long = Math.max(1, Math.round((room * value) / most));
    return [
      `<text x="${labelWidth - 6}" y="${y + 15}" text-anchor="end">${escaped(label)}</text>`,
      `<rect class="${colour}" x="${labelWidth}" y="${y + 4}" width="${long}" height="${rowHeight - 8}" rx="2"/>`,
      `<text x="${labelWidth + long + 6}" y="${y + 15}">${escaped(shown)}</text>`,
    ].join("");
  });
  return rows.length === 0 ? "" : picture(rows.length * rowHeight, drawn.join(""));
}

interface Dot {
  readonly value: number;
  readonly colour: string;
}

/** Points from left to right under a scale from 0 to `most`. */
function dots(points: readonly Dot[], unit: string, most = Math.max(...points.map(({ value }) => value), 1)): string {
  if (points.length === 0) return "";
  const left = 44;
  const y = (value: number) => Math.round(8 + (plotHeight - 16) * (1 - value / most));
  const step = points.length > 1 ? (width - left - 8) / (points.length - 1) : 0;
  const marks = [0, most].map(
    (value) =>
      `<line class="axis" x1="${left}" x2="${width}" y1="${y(value)}" y2="${y(value)}"/><text x="${left - 6}" y="${y(value) + 4}" text-anchor="end">${Math.round(value)} ${unit}</text>`,
  );
  const drawn = points.map(
    ({ value, colour }, i) =>
      `<circle class="${colour}" cx="${(left + 4 + i * step).toFixed(1)}" cy="${y(value)}" r="2.5"/>`,
  );
  return picture(plotHeight, [...marks, ...drawn].join(""));
}

/** Hidden from screen readers, which get the table. */
function picture(height: number, inside: string): string {
  return `<svg viewBox="0 0 ${width} ${height}" aria-hidden="true" focusable="false">${inside}</svg>`;
}

/** Text that is no markup. */
export function escaped(text: string): string {
  return text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;").replace(/"/g, "&quot;");
}
