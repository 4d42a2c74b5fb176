// The quick controls of the menu: what can be switched now, in words that say what will be. Plain values to plain text.
import type { Command } from "./ids.ts";
import { snoozes } from "./snooze.ts";
import { pausedUntil } from "./words.ts";

/** How things stand. */
export interface Switches {
  readonly enable: boolean;
  readonly automatic: boolean;
  readonly commentsAndStrings: boolean;
  /** The language of the document in front, and whether it is on; null where there is none. */
  readonly language: { readonly id: string; readonly on: boolean } | null;
  /** When the pause ends, milliseconds since 1970; undefined while there is none. */
  readonly pausedUntil: number | undefined;
}

/** One choice of the menu. */
export interface Control {
  readonly label: string;
  readonly description: string;
  readonly command: Command;
  readonly values: readonly unknown[];
}

/** Commands that the menu offers as controls, and so not once more by their titles. */
export const controlled: ReadonlySet<string> = new Set<Command>([
  "coterie.toggle",
  "coterie.snooze",
  "coterie.toggleLanguage",
  "coterie.toggleCommentsAndStrings",
  "coterie.toggleAutomatic",
]);

/** The controls in the order of the menu. While all is off there is nothing else to switch. */
export function controls({ enable, automatic, commentsAndStrings, language, ...rest }: Switches): readonly Control[] {
  const control = (label: string, description: string, command: Command, ...values: readonly unknown[]): Control => ({
    label,
    description,
    command,
    values,
  });
  if (!enable) return [control("$(check) Turn completions on", "they are off", "coterie.toggle")];
  const pause = pausedUntil(rest.pausedUntil);
  const minutes = snoozes.map((each) =>
    control(`$(clock) Pause for ${each} minutes`, pause === null ? "" : "from now on", "coterie.snooze", each),
  );
  const ofLanguage = ({ id, on }: { readonly id: string; readonly on: boolean }) =>
    on
      ? control(`$(code) Turn off for ${id}`, "the language in front", "coterie.toggleLanguage")
      : control(`$(code) Turn on for ${id}`, "the language in front is off", "coterie.toggleLanguage");
  return [
    control("$(circle-slash) Turn completions off", "", "coterie.toggle"),
    ...(pause === null ? [] : [control("$(debug-continue) End the pause", pause, "coterie.snooze", 0)]),
    ...minutes,
    ...(language === null ? [] : [ofLanguage(language)]),
    commentsAndStrings
      ? control("$(comment) Turn off in comments and strings", "", "coterie.toggleCommentsAndStrings")
      : control("$(comment) Turn on in comments and strings", "they are off there", "coterie.toggleCommentsAndStrings"),
    automatic
      ? control("$(zap) Only when I ask", "they come by themselves", "coterie.toggleAutomatic")
      : control("$(zap) By themselves", "they come only when asked for", "coterie.toggleAutomatic"),
  ];
}
