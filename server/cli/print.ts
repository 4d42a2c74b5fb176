// The results of the command line for people; --json prints the objects themselves.
import type { Added } from "../packs/change.ts";
import type { RouteResult } from "../protocol.ts";
import type { Completion } from "./commands.ts";
import type { ExpertLine, ExpertList } from "./experts.ts";
import type { Imported, ModelList } from "./models.ts";

export function humanCompletion(answer: Completion): string {
  const counts = `${answer.promptTokens} tokens read, ${answer.newTokens} new, ${answer.ms} ms`;
  const lines = [answer.text, "", `${who(answer)}: ${answer.because} (${answer.rule}; ${answer.region}; ${counts})`];
  if (answer.hidden !== null) lines.push(`An editor would not show it: ${answer.hidden}.`);
  return lines.join("\n");
}

export function humanRoute(route: RouteResult): string {
  const tried = route.considered.map(
    ({ rule, expert, matched, why }) => `${matched ? ">" : " "} ${rule.padEnd(14)} ${expert.padEnd(8)} ${why}`,
  );
  const place = `Language ${route.languageId}, region ${route.region}.`;
  return [`${who(route)}: ${route.because} (${route.rule})`, place, "", ...tried].join("\n");
}

export function humanExperts({ experts, memory }: ExpertList): string {
  const lines = experts.map((expert) => `${expert.id.padEnd(10)} ${aboutExpert(expert)}`);
  const parts = Object.entries(memory.experts).map(([id, bytes]) => `${id} ${mib(bytes)}`);
  const shared = [
    `backbone ${mib(memory.backbone)}`,
    ...parts,
    `head ${mib(memory.head)}`,
    `caches ${mib(memory.caches)}`,
  ];
  return [...lines, "", `In memory: ${shared.join(", ")}; the whole process ${mib(memory.process)}.`].join("\n");
}

function aboutExpert({ layers, parameters, bytes, folder, added }: ExpertLine): string {
  if (folder === null) return "not installed; general answers in its place";
  const from = added ? `added, ${folder}` : "ships with Coterie";
  if (layers === null || parameters === null || bytes === null) return `cannot be used; ${from}`;
  return `layers ${layers[0]}-${layers[1] - 1}, ${(parameters / 1e6).toFixed(1)} M parameters, ${mib(bytes)}; ${from}`;
}

export function humanAdded({ id, title, layers, bytes, rules, folder }: Added): string {
  const brought = rules === 1 ? "1 rule" : `${rules} rules`;
  const size = `layers ${layers[0]}-${layers[1] - 1}, ${mib(bytes)}, ${brought}`;
  return `Added ${id} (${title}): ${size}. It lies in ${folder} now; running editors take it over at once.`;
}

export function humanRemoved({ id }: { readonly id: string }): string {
  return `Removed ${id}. Running editors stop using it at once.`;
}

export function humanImported({ id, title, parameters, precision, bytes, infill }: Imported): string {
  const size = `${(parameters / 1e6).toFixed(0)} M parameters, ${bitsOf[precision]}, ${mib(bytes)} on disk`;
  const fills = infill === null ? "" : `, fills in with ${infill.prefix}`;
  return `Imported ${id} (${title}): ${size}${fills}. Try it: coterie complete FILE:LINE:COLUMN --model ${id}. In VS Code set coterie.model to "${id}".`;
}

export function humanModels({ models, problems }: ModelList): string {
  const lines = models.map(
    ({ id, parameters, precision, bytes, source }) =>
      `${id.padEnd(20)} ${(parameters / 1e6).toFixed(0)} M parameters, ${bitsOf[precision]}, ${mib(bytes)}; from ${source}`,
  );
  const none = models.length === 0 ? ["No models are imported. coterie import PATH imports one."] : [];
  return [...none, ...lines, ...problems].join("\n");
}

export function humanForgotten({ id }: { readonly id: string }): string {
  return `Removed the model ${id}. The file that it was imported from stays.`;
}

const bitsOf = { q8: "8 bits", q4: "4 bits", f32: "32 bits" };

function who({ expert, wanted }: { expert: string; wanted: string | null }): string {
  return wanted === null ? expert : `${expert} for ${wanted}, which is not installed`;
}

function mib(bytes: number): string {
  return `${(bytes / 1024 / 1024).toFixed(1)} MiB`;
}
