// The report of `npm run quality` as Markdown. A figure that was not measured says so.
import { type Arm, arms, type Contender } from "./contenders.ts";
import { faults } from "./faults.ts";
import { table } from "./machine.ts";
import { chrfOf, find, linesOf, loss8Of, lossOf, type Results, solvedOf } from "./results.ts";
import { type Domain, domains } from "./samples.ts";
import { onlyRight } from "./score.ts";
import { silences } from "./silence.ts";
import { savedPer100 } from "./typing.ts";
import { memoryOfTeam } from "./weights.ts";

const missing = "not measured";

/** A number's text, or that there is none. */
function cell(value: number | null | undefined, text: (value: number) => string): string {
  return value === null || value === undefined ? missing : text(value);
}

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
const nats = (loss: number) => loss.toFixed(4);
const ratio = (value: number) => value.toFixed(3);
const divided = (one: number | null, other: number | null) => (one === null || other === null ? null : one / other);

const titles: Readonly<Record<Arm, string>> = {
  base: "the base",
  general: "general",
  expert: "the expert",
  equal: "expert: upper 6 layers",
  full: "full: all 30 layers",
  lora: "LoRA, rank 16",
};

/** @param made machine, day and settings, in words. */
export function report(results: Results, made: string): string {
  const sections = [
    `# Quality\n\nMade by \`npm run quality\` on ${made}.`,
    introduction,
    "## The experts",
    ...domains.map((domain) => experts(results, domain)),
    "## Against full fine-tuning and LoRA, at equal tokens",
    ...domains.map((domain) => comparison(results, domain)),
    "## Every expert on every domain",
    square(results),
    "## First lines in detail",
    details(results),
    ...silences(results).map(([title, said]) => `## ${title}\n\n${said}`),
    "## Faults at random positions of held-out files",
    results.anywhere ?? `${missing}.`,
    "## Branches",
    results.branches ?? `${missing}.`,
    "## Signatures of what is imported",
    results.neighbours ?? `${missing}.`,
    "## Lines of other open files",
    results.snippets ?? `${missing}.`,
    "## Typing",
    typing(results),
    "## Member accesses of held-out TypeScript, at places where TypeScript offers the name that was written",
    results.members ?? `${missing}.`,
    "## Explaining, documenting and calculating",
    results.commands ?? `${missing}.`,
    "## Memory of the weights",
    memory(results),
    "## Hand-written cases",
    results.cases ?? `The ${missing.replace("not ", "cases were not ")}.`,
  ];
  return `${sections.join("\n\n")}\n`;
}

const introduction = `Everything is held out by package; exercises hold out numbers, or numbers and wordings. Losses are in nats a token at cuts between
tokens, in PyTorch and float32 unless 8 bits are named: then in our engine, on the same tokens. A first line is right when what the
product gives (healed, reranked, the place warm) is exactly the true rest of the line; edit similarity is 1 minus the Levenshtein
distance over the longer length. chrF2 compares documentation written on request with that of the authors. Exercises are
answered by the model alone and count when the final answer is exact.`;

/** Columns of the task scores of a domain: title and figure. */
function taskColumns(results: Results, domain: Domain): readonly (readonly [string, (each: Contender) => string])[] {
  if (domain === "math") {
    const solved = (group: string) => (each: Contender) =>
      cell(
        solvedOf(results, each, group)?.share,
        (share) => `${percent(share)} of ${solvedOf(results, each, group)!.count}`,
      );
    return [
      ["exact, held-out numbers", solved("held-out")],
      ["exact, held-out wordings too", solved("templates")],
    ];
  }
  const lines: readonly (readonly [string, (each: Contender) => string])[] = [
    ["first line right", (each) => cell(linesOf(results, each, domain)?.exact, percent)],
    ["edit similarity", (each) => cell(linesOf(results, each, domain)?.edit, (value) => value.toFixed(3))],
  ];
  return domain === "code"
    ? lines
    : [...lines, ["chrF2", (each) => cell(chrfOf(results, each)?.score, (value) => value.toFixed(1))]];
}

/** An expert against the base: losses in float32 and at 8 bits, task scores, and who alone was right. */
function experts(results: Results, domain: Domain): string {
  const [base, general, expert] = (["base", "general", "expert"] as const).map((arm) => find(results, arm, domain));
  if (!base || !general || !expert) return `### ${domain}\n\nThere is no trained expert: ${missing}.`;
  const columns = taskColumns(results, domain);
  const row = (each: Contender) => [
    each !== expert
      ? titles[each.arm]
      : `${domain}${each.tokens === null ? "" : `, ${each.tokens.toLocaleString("en")} tokens`}`,
    cell(lossOf(results, each, domain), nats),
    cell(divided(lossOf(results, each, domain), lossOf(results, base, domain)), ratio),
    cell(loss8Of(results, each, domain), nats),
    cell(divided(loss8Of(results, each, domain), lossOf(results, each, domain)), ratio),
    ...columns.map(([, figure]) => figure(each)),
  ];
  const head = [
    "",
    "loss",
    "times the base's",
    "loss at 8 bits",
    "times float32's",
    ...columns.map(([title]) => title),
  ];
  return `### ${domain}\n\n${table([head, row(base), row(general), row(expert)])}${paired(results, domain, base, expert)}`;
}

/** How far the two differ line by line, since shares of the same samples say less. */
function paired(results: Results, domain: Domain, base: Contender, expert: Contender): string {
  const score = [linesOf(results, base, domain), linesOf(results, expert, domain)] as const;
  if (domain === "math" || score[0] === null || score[1] === null) return "";
  const { samples, by } = results.lines[domain];
  const [one, other] = onlyRight(samples, by.get(expert.name)!, by.get(base.name)!);
  const times = divided(score[1].exact, score[0].exact);
  return `\n\nOf ${samples.length} first lines ${one} were right by ${domain} only and ${other} by the base only: ${cell(times, ratio)} times as many right.`;
}

/** The arms that were trained on as many tokens, on their own domain. */
function comparison(results: Results, domain: Domain): string {
  const tried = results.comparison?.domains[domain];
  if (!tried) return `### ${domain}\n\n${missing}.`;
  const base = find(results, "base", domain);
  const baseLoss = base && lossOf(results, base, domain);
  const full = find(results, "full", domain);
  const gain = (loss: number | null) => (loss === null || baseLoss === null ? null : baseLoss - loss);
  const columns = taskColumns(results, domain);
  const rows = (["base", "equal", "full", "lora"] as const).map((arm) => {
    const each = find(results, arm, domain);
    const said = arm === "base" ? undefined : tried[arm === "equal" ? "expert" : arm];
    const loss = each && lossOf(results, each, domain);
    return [
      titles[arm],
      arm === "base" ? "" : (said?.rate ?? missing),
      arm === "base" ? "" : cell(said?.tokens, (tokens) => tokens.toLocaleString("en")),
      cell(loss, nats),
      cell(divided(loss, baseLoss), ratio),
      arm === "base" ? "" : cell(divided(gain(loss), gain(full && lossOf(results, full, domain))), percent),
      ...columns.map(([, figure]) => (each === null ? missing : figure(each))),
    ];
  });
  const head = [
    "",
    "learning rate",
    "tokens",
    "loss",
    "times the base's",
    "of full's gain",
    ...columns.map(([title]) => title),
  ];
  const rates = Object.entries(tried).map(([arm, { tried: all }]) => {
    const each = all.map(({ rate, held_out }) => `${rate}: ${held_out === null ? "diverged" : nats(held_out)}`);
    return `${titles[arm === "expert" ? "equal" : (arm as Arm)]}: ${each.join(", ")}`;
  });
  const note =
    domain === "code"
      ? `\n\nHeld-out loss by learning rate, on the smaller set that chooses it: ${rates.join("; ")}.`
      : "";
  return `### ${domain}\n\n${table([head, ...rows])}${note}`;
}

/** Rows are experts, columns domains: loss, then task score. */
function square(results: Results): string {
  const there = results.contenders.filter(({ arm }) => arm === "base" || arm === "general" || arm === "expert");
  if (there.length < 2) return `There is no trained expert: ${missing}.`;
  const name = ({ arm, expert }: Contender) => (arm === "base" ? arm : expert);
  const losses = table([
    ["loss (at 8 bits)", ...domains],
    ...there.map((each) => [
      name(each),
      ...domains.map(
        (domain) => `${cell(lossOf(results, each, domain), nats)} (${cell(loss8Of(results, each, domain), nats)})`,
      ),
    ]),
  ]);
  const scores = table([
    ["task score", "code: first line right", "docs: first line right", "docs: chrF2", "math: exact, held-out numbers"],
    ...there.map((each) => [
      name(each),
      cell(linesOf(results, each, "code")?.exact, percent),
      cell(linesOf(results, each, "docs")?.exact, percent),
      cell(chrfOf(results, each)?.score, (value) => value.toFixed(1)),
      cell(
        solvedOf(results, each, "held-out")?.share,
        (share) => `${percent(share)} of ${solvedOf(results, each, "held-out")!.count}`,
      ),
    ]),
  ]);
  return `${losses}\n\n${scores}`;
}

/** By group and kind of place, of the base and the domain's expert; and what an editor would show. */
function details(results: Results): string {
  const parts: string[] = [];
  for (const domain of ["code", "docs"] as const) {
    const { samples } = results.lines[domain];
    const there = (["base", "expert"] as const).flatMap((arm) => find(results, arm, domain) ?? []);
    if (samples.length === 0) {
      parts.push(`${domain}: ${missing}.`);
      continue;
    }
    const groups = [...new Set(samples.map(({ group }) => group))].map((group) => ({
      title: group,
      keep: (s: { group: string }) => s.group === group,
    }));
    const kinds = [...new Set(samples.map(({ kind }) => kind))].map((kind) => ({
      title: `cursor: ${kind}`,
      keep: (s: { kind: string }) => s.kind === kind,
    }));
    const rows = [{ title: "all", keep: () => true }, ...groups, ...kinds].map(({ title, keep }) => {
      const scores = there.map((each) => linesOf(results, each, domain, keep as () => boolean));
      return [
        title,
        `${scores[0]?.count ?? 0}`,
        ...scores.map((score) => cell(score?.exact, percent)),
        ...scores.map((score) => cell(score?.edit, (value) => value.toFixed(3))),
      ];
    });
    const names = there.map(({ arm }) => (arm === "base" ? arm : domain));
    parts.push(
      table([
        [domain, "places", ...names.map((each) => `right, ${each}`), ...names.map((each) => `similarity, ${each}`)],
        ...rows,
      ]),
    );
  }
  const shown = (["code", "docs"] as const).flatMap((domain) =>
    arms.flatMap((arm) => {
      const each = find(results, arm, domain);
      const score = each && linesOf(results, each, domain);
      if (!score) return [];
      return [
        [
          `${domain}: ${titles[arm]}`,
          percent(score.shown),
          cell(score.exactShown, percent),
          ...faults.map((fault) => `${score.faults[fault]}`),
          `${score.broken - score.unclosed}`,
          `${score.unclosed}`,
          score.p50.toFixed(0),
          score.p95.toFixed(0),
        ],
      ];
    }),
  );
  if (shown.length > 0)
    parts.push(
      table([
        [
          "of what an editor would show",
          "shown",
          "right of those",
          ...faults,
          "added syntax error",
          "head of a block without its end",
          "ms, p50",
          "ms, p95",
        ],
        ...shown,
      ]),
    );
  return parts.join("\n\n");
}

/** Characters that need not be typed. */
function typing({ typing: { samples, by } }: Results): string {
  if (samples.length === 0) return `${missing}.`;
  const rows = [...by].map(([name, lines]) => {
    const [offered, taken] = [
      lines.reduce((sum, each) => sum + each.offered, 0),
      lines.reduce((sum, each) => sum + each.taken, 0),
    ];
    return [name, cell(savedPer100(lines), (saved) => saved.toFixed(1)), `${taken} of ${offered}`];
  });
  const head = ["", "characters saved of 100", "suggestions taken, of those offered at a key"];
  return `${samples.length} lines of code, typed from their start.\n\n${table([head, ...rows])}`;
}

function memory({ parts }: Results): string {
  const bytes = (value: number) => value.toLocaleString("en");
  const row = (title: string, experts: number) => {
    const { team, models } = memoryOfTeam(parts, experts);
    return [title, bytes(team), bytes(models), percent(team / models)];
  };
  const sizes = `Bytes at 8 bits, from the sizes of compiled parts: backbone ${bytes(parts.backbone)}, head ${bytes(parts.head)}, an expert ${bytes(parts.expert)}.`;
  return `${sizes}\n\n${table([
    ["", "backbone, head and experts", "as many full models", "share"],
    row("general, code, docs, math", 4),
    row("without general", 3),
  ])}`;
}
