// What the user reads about answers, routes and the state of things: plain values to plain text.

import { type AddExpertResult, hardlyFits, type Model, type ModelOffer } from "../server/protocol/team.ts";
import type { Answer, RouteResult, Status } from "../server/protocol.ts";
import type { Entry, Fate } from "./ledger.ts";
import type { Phase } from "./supervisor.ts";

// ── Answers ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/** One line under an answer in the sidebar. */
export interface Detail {
  readonly label: string;
  readonly value: string;
  /** Name of one of the editor's icons. */
  readonly icon: string;
  /** The line that leads to the place in the document. */
  readonly leadsToPlace?: true;
}

const fates: Readonly<Record<Fate, { readonly words: string; readonly icon: string }>> = {
  shown: { words: "shown", icon: "eye" },
  accepted: { words: "accepted", icon: "check" },
  typed: { words: "typed by hand", icon: "edit" },
  overtaken: { words: "a newer answer took its place", icon: "arrow-up" },
  dismissed: { words: "not accepted", icon: "circle-outline" },
  hidden: { words: "not shown", icon: "eye-closed" },
};

/** Name of the icon that stands for what became of an answer. */
export function fateIcon(fate: Fate): string {
  return fates[fate].icon;
}

/** An answer in one line: the first line of its text, or why nothing was shown. */
export function answerLabel({ answer }: Entry): string {
  if (answer.hidden !== null) return answer.hidden;
  const [first = "", ...more] = answer.text.trim().split("\n");
  return more.length > 0 ? `${first.trimEnd()} …` : first;
}

/** Expert, time and, once it is known, what became of the answer. */
export function answerDescription({ answer, fate }: Entry): string {
  const parts = [
    answer.expert,
    milliseconds(answer.ms),
    ...(answer.host === undefined ? [] : [`sent to ${answer.host}`]),
  ];
  if (fate === "accepted" || fate === "typed") parts.push(fates[fate].words);
  return parts.join(" · ");
}

/** All that is known of an answer. `path` is what the user calls its document. */
export function answerDetails({ answer, fate }: Entry, path: string): readonly Detail[] {
  const { line, character } = answer.position;
  return [
    { label: "Expert", value: answer.expert, icon: "person" },
    ...(answer.wanted === null ? [] : [{ label: "Wanted", value: wanted(answer, answer.wanted), icon: "info" }]),
    ...(answer.host === undefined ? [] : [{ label: "Sent to", value: sentTo(answer.host), icon: "cloud-upload" }]),
    { label: "Rule", value: answer.rule, icon: "list-ordered" },
    { label: "Because", value: answer.because, icon: "comment" },
    // What was read on another machine is not known here.
    ...(answer.host === undefined ? counts(answer) : []),
    { label: "Time", value: milliseconds(answer.ms), icon: "clock" },
    { label: "Outcome", value: answer.hidden ?? fates[fate].words, icon: fates[fate].icon },
    { label: "Place", value: `${path}:${line + 1}:${character + 1}`, icon: "go-to-file", leadsToPlace: true },
  ];
}

function counts({ promptTokens, reusedTokens, newTokens }: Answer): readonly Detail[] {
  return [
    { label: "Tokens", value: `${promptTokens} read, ${newTokens} new`, icon: "symbol-numeric" },
    { label: "Reused", value: `${reusedTokens} of ${promptTokens} tokens`, icon: "history" },
  ];
}

/** One line for the log, without any of the user's text. */
export function logLine(answer: Answer): string {
  const { id, task, expert, rule, promptTokens, reusedTokens, newTokens, ms, hidden, stop } = answer;
  const who = `${answer.wanted === null ? expert : `${expert} for ${answer.wanted}`}${answer.host === undefined ? "" : ` on ${answer.host}`}`;
  const counts = `${promptTokens} read, ${reusedTokens} reused, ${newTokens} new`;
  return `answer ${id}: ${task} by ${who} (${rule}), ${counts}, ${milliseconds(ms)}, ${hidden ?? stop}`;
}

function wanted({ expert: who, absent }: Pick<Answer, "expert" | "absent">, expert: string): string {
  return `${expert}${absent === undefined ? " is not installed" : `: ${absent}`}; ${who} answered`;
}

/** That text has left the machine. */
function sentTo(host: string): string {
  return `${host}: the text around the cursor left this machine`;
}

function milliseconds(ms: number): string {
  return `${Math.round(ms)} ms`;
}

// ── Routes ───────────────────────────────────────────────────────────────────────────────────────────────────────────

/** A route as a Markdown document. `path` and the place, lines and columns from 1, say where it was asked. */
export function routeDocument(route: RouteResult, path: string, line: number, column: number): string {
  const rows = route.considered.map(
    ({ rule, expert, matched, why }) =>
      `| ${matched ? "yes" : "no"} | ${plain(rule)} | ${plain(expert)} | ${plain(why)} |`,
  );
  return [
    `# Who answers at ${plain(path)}:${line}:${column}`,
    "",
    `**${plain(route.expert)}** answers here by rule ${plain(route.rule)}: ${plain(route.because)}`,
    ...(route.wanted === null
      ? []
      : ["", `The rule names ${plain(route.wanted)}, ${whyNot(route)}; ${plain(route.expert)} answers in its place.`]),
    "",
    `The cursor is in ${route.region}, the language is ${plain(route.languageId)}. The rules that were tried, in order:`,
    "",
    "| matched | rule | expert | why |",
    "| --- | --- | --- | --- |",
    ...rows,
    "",
    'The first rule that matches is used. "Coterie: Open Rules" opens the file in which your own rules come first.',
    "",
  ].join("\n");
}

function whyNot({ absent }: RouteResult): string {
  return absent === undefined ? "which is not installed" : `which does not answer just now (${plain(absent)})`;
}

/** Text from rule files and paths, so that it cannot turn into Markdown or HTML. */
export function plain(text: string): string {
  return text.replace(/[\\`*_[\]<>|]/g, "\\$&").replace(/\s+/g, " ");
}

// ── Experts ──────────────────────────────────────────────────────────────────────────────────────────────────────────

export const noneToRemove = "Coterie: you have added no expert; those that ship with Coterie stay.";

export function expertAdded({ id, title, rules }: AddExpertResult): string {
  const name = title === id ? id : `${title} (${id})`;
  if (rules === 0) return `Coterie: added ${name}. It brings no rules: name it in your own ("Coterie: Open Rules").`;
  return `Coterie: added ${name}. It brings ${rules === 1 ? "a rule" : `${rules} rules`} that say where it answers.`;
}

export function expertRemoved(id: string): string {
  return `Coterie: removed ${id}. Where your own rules name it, general answers in its place.`;
}

// ── Models ───────────────────────────────────────────────────────────────────────────────────────────────────────────

export const noRemote =
  'Coterie: your settings name no expert on another machine. "coterie.remoteExperts" is where they are named.';

export function megabytes(bytes: number): string {
  return bytes < 1e9 ? `${Math.round(bytes / 1e6)} MB` : `${(bytes / 1e9).toFixed(1)} GB`;
}

export function modelDescription({ id, parameters, bits, bytes, outdated }: Model): string {
  if (outdated !== undefined) return "made by another version of Coterie: choose it to compile it again";
  return `${megabytes(bytes)} · ${bits} bits · ${Math.round(parameters / 1e6)} M parameters · ${id}`;
}

export function choiceLabel(bits: Model["bits"]): string {
  if (bits === 8) return "8 bits: nearly exact";
  return bits === 4 ? "4 bits: smaller, less exact" : "32 bits: exact, for comparing";
}

/** What a choice takes, and whether this machine has room for it beside all else that runs there. */
export function choiceDescription({ memory, disk }: ModelOffer["choices"][number], machine: number): string {
  const room = hardlyFits(memory, machine) ? ` · this machine has ${megabytes(machine)} and will hardly have room` : "";
  return `${megabytes(memory)} of memory, ${megabytes(disk)} of disk${room}`;
}

/** What is offered for import, in one line. */
export function offerPlaceholder({ family, layers, parameters, infills, chats }: ModelOffer): string {
  const fills = infills ? "reads the text before and after the cursor" : "reads only the text before the cursor";
  const asked = chats ? "completes, explains and documents" : "completes only";
  return `${family}, ${layers} layers, ${Math.round(parameters / 1e6)} M parameters: ${asked}, ${fills}`;
}

export function modelImported({ title, id }: Model): string {
  return `Coterie: ${title} (${id}) answers now. "Coterie: Use Your Own Model..." leads back to the embedded one.`;
}

export function importCancelled(title: string): string {
  return `Coterie: ${title} was not imported; nothing of it was kept.`;
}

/** What is said when the model that the settings name cannot be asked. */
export function modelMissing(id: string): string {
  return `Coterie: the setting coterie.model names "${id}", which is not there; the embedded model answers in its place.`;
}

export function modelOutdated({ title }: Model): string {
  return `Coterie: ${title} was compiled by another version of Coterie. The embedded model answers until it is compiled again.`;
}

export function modelRemoved({ title, bytes }: Model): string {
  return `Coterie: removed ${title}, ${megabytes(bytes)} are free again.`;
}

// ── State ────────────────────────────────────────────────────────────────────────────────────────────────────────────

export type Light = "off" | "loading" | "ready" | "failed";

export interface Situation {
  readonly phase: Phase;
  /** A line about the phase. */
  readonly detail: string;
  /** What the server said last; undefined until it has said something. */
  readonly server: Status | undefined;
  /** Why completions are off for the document in front of the user, or null when they are on. */
  readonly off: string | null;
  readonly latest: Entry | undefined;
  /** Where the server runs, when that is another machine. */
  readonly remote: string | undefined;
}

export interface Shown {
  readonly light: Light;
  /** For the status bar. */
  readonly text: string;
  /** One line that says it all. */
  readonly detail: string;
  readonly busy: boolean;
}

/** That completions pause until a time, milliseconds since 1970; null when there is no pause. */
export function pausedUntil(until: number | undefined): string | null {
  if (until === undefined) return null;
  const time = new Date(until).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });
  return `Completions pause until ${time}.`;
}

/** What the status bar says. */
export function statusText(situation: Situation): Shown {
  const { phase, server, off, latest, remote } = situation;
  const place = remote === undefined ? "" : ` It runs on ${remote}.`;
  if (phase === "gave up" || phase === "stopped") {
    return { light: "failed", text: "$(warning) Coterie", detail: situation.detail, busy: false };
  }
  if (phase === "waiting")
    return { light: "loading", text: "$(loading~spin) Coterie", detail: situation.detail, busy: true };
  if (server?.state === "failed")
    return { light: "failed", text: "$(warning) Coterie", detail: server.detail, busy: false };
  if (off !== null) return { light: "off", text: "$(circle-slash) Coterie", detail: off, busy: false };
  if (phase === "starting" || server?.state === "loading") {
    return {
      light: "loading",
      text: "$(loading~spin) Coterie",
      detail: server?.detail ?? situation.detail,
      busy: true,
    };
  }
  const busy = server?.state === "answering";
  const model = server?.model === undefined ? "" : ` Model: ${server.model}.`;
  if (latest === undefined) {
    const ready = server?.detail ?? "The model is loaded as soon as a document needs it.";
    const text = server?.model === undefined ? "$(sparkle) Coterie" : `$(sparkle) Coterie: ${server.model}`;
    return { light: "ready", text, detail: `${ready}${model}${place}`, busy };
  }
  const { expert, ms, host } = latest.answer;
  const last = `Last answer: ${answerLabel(latest)} (${answerDescription(latest)}).`;
  const text = `${host === undefined ? "$(sparkle)" : "$(cloud-upload)"} ${expert} ${milliseconds(ms)}`;
  return { light: "ready", text, detail: `${last}${model}${place}`, busy };
}
