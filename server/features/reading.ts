// Reading ahead: what is likely to be asked is read before it is asked.
import { type Crew, requestFor } from "../answer.ts";
import type { Scope } from "../context.ts";
import type { Settings } from "../protocol.ts";
import { route } from "../route.ts";
import { surroundings } from "../surroundings.ts";
import type { Around } from "./around.ts";
import type { Pace } from "./pace.ts";
import { pause } from "./waiting.ts";

/**
 * Has an expert read what it would be asked at a place, when the engine has nothing else to do. Resolves when it has, or when the signal
 * or other work has ended it.
 * @param much "whole": however long the prompt is; "asked": as much as would be read if it were asked now
 */
export async function readAhead(
  scope: Scope,
  expert: string,
  { engine, about }: Pick<Crew, "engine" | "about">,
  settings: Settings,
  much: "whole" | "asked",
  signal: AbortSignal,
): Promise<void> {
  const { manner } = about?.(expert) ?? {};
  const request = requestFor(scope, surroundings(scope), expert, settings, manner);
  const { sequence, prompt, shorter, heal, maxTokens, priority } = request;
  const whole = { sequence, expert, prompt, heal, maxTokens, priority };
  await engine.warm(much === "asked" && shorter ? { ...whole, shorter } : whole, signal);
}

/** Tells why something was not read ahead: nobody waits for it, and what is asked then is read then. */
export const readingFailed = (warn: (why: string) => void) => (error: unknown) =>
  warn(`Reading ahead failed: ${error instanceof Error ? error.message : String(error)}`);

/** Has the whole prompt read, for the next request, of what was answered with less; other work may end it. */
export function readWhole(
  scope: Scope,
  expert: string,
  crew: Pick<Crew, "engine" | "about">,
  settings: Settings,
  warn: (why: string) => void,
): void {
  readAhead(scope, expert, crew, settings, "whole", new AbortController().signal).catch(readingFailed(warn));
}

/** What is asked at the end of a pause, unless a signal comes first. */
interface Pausing {
  readonly scope: Scope;
  readonly borrowing: Promise<string>;
  readonly settings: Settings;
  readonly signal: AbortSignal;
}

/** Waits for the user's next key, which may not come, and has what would be asked without it read towards the end. */
export async function pauseReading(
  { scope, borrowing, settings, signal }: Pausing,
  pace: Pace,
  around: Pick<Around, "crew">,
  warn: (why: string) => void,
): Promise<void> {
  const read = async () => {
    const [crew, neighbours] = await Promise.all([around.crew(scope.uri), borrowing]);
    if (typeof crew === "string" || signal.aborted) return;
    const { expert } = route("complete", scope, crew.rules, crew.installed);
    await readAhead({ ...scope, neighbours }, expert, crew, settings, "asked", signal);
  };
  const wait = pace.wait(settings.debounce);
  if (wait <= 0) return;
  const end = pause(wait, signal);
  await pause(pace.read(wait), signal);
  if (!signal.aborted) read().catch(readingFailed(warn));
  await end;
}
