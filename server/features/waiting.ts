// Waiting that a signal ends.
import type { CancellationToken } from "vscode-languageserver";

/** Waits, or until the signal comes. */
export function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (milliseconds <= 0 || signal.aborted) return resolve();
    const done = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal.addEventListener("abort", done);
  });
}

/** Null as soon as the signal comes. */
export function aborted(signal: AbortSignal): Promise<null> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(null), { once: true }));
}

/** A request's cancellation as the rest of the server knows it. */
export function signalOf(token: CancellationToken): AbortSignal {
  const end = new AbortController();
  token.onCancellationRequested(() => end.abort());
  if (token.isCancellationRequested) end.abort();
  return end.signal;
}
