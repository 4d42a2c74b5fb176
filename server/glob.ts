// A small glob matcher in time linear in the path, for rules that come from files nobody has vouched for.
//
// No translation to a regular expression: rules of a workspace are untrusted data, and a backtracking matcher can be
// made to run for minutes by a pattern such as `*a*a*a*a*a*b`. Here all places in the pattern that are still possible
// are followed side by side, so the time is at most pattern length times path length.

type State =
  | { readonly kind: "char"; readonly char: string; next: number }
  | { readonly kind: "any"; readonly slash: boolean; next: number }
  | { readonly kind: "fork"; readonly to: number[] }
  | { readonly kind: "accept" };

/**
 * Whether `path` (relative, with "/") matches `glob`: `*` and `?` stay within a folder, `**` crosses folders, `{a,b}` is
 * either. A glob without "/" is held against the file's name alone, at any depth; a leading "/" only anchors it.
 */
export function matchesGlob(glob: string, path: string): boolean {
  const subject = glob.includes("/") ? path : path.slice(path.lastIndexOf("/") + 1);
  const states = compile(glob.startsWith("/") ? glob.slice(1) : glob);
  let now = reach(states, [0]);
  for (const char of subject) {
    const next: number[] = [];
    for (const at of now) {
      const state = states[at];
      if (state?.kind === "char" && state.char === char) next.push(state.next);
      else if (state?.kind === "any" && (state.slash || char !== "/")) next.push(state.next);
    }
    if (next.length === 0) return false;
    now = reach(states, next);
  }
  return [...now].some((at) => states[at]?.kind === "accept");
}

/** All states that can be reached from `from` without reading a character. */
function reach(states: readonly State[], from: readonly number[]): Set<number> {
  const seen = new Set<number>(from);
  // A Set visits what is added while it is walked.
  for (const at of seen) {
    const state = states[at];
    if (state?.kind === "fork") for (const to of state.to) seen.add(to);
  }
  return seen;
}

/** States in order; one that ends a piece leads to the one after it unless it is told otherwise. */
function compile(glob: string): State[] {
  const states: State[] = [];
  // For each open brace: the fork that begins its alternatives, and the ends of those read so far.
  const braces: { readonly fork: number[]; readonly ends: number[][] }[] = [];
  const chars = [...glob];
  for (let i = 0; i < chars.length; i++) {
    const char = chars[i]!;
    const here = states.length;
    const brace = braces.at(-1);
    if (char === "*" && chars[i + 1] === "*") {
      while (chars[i + 1] === "*") i++;
      // `**/` also stands for no folder at all; what it reads must end with "/", or `**/a` would match "ba".
      if (chars[i + 1] === "/") {
        i++;
        states.push({ kind: "fork", to: [here + 1, here + 4] });
        states.push({ kind: "fork", to: [here + 2, here + 3] });
        states.push({ kind: "any", slash: true, next: here + 1 });
        states.push({ kind: "char", char: "/", next: here + 4 });
      } else {
        states.push({ kind: "fork", to: [here + 1, here + 2] }, { kind: "any", slash: true, next: here });
      }
    } else if (char === "*") {
      states.push({ kind: "fork", to: [here + 1, here + 2] }, { kind: "any", slash: false, next: here });
    } else if (char === "?") {
      states.push({ kind: "any", slash: false, next: here + 1 });
    } else if (char === "{" && chars.includes("}", i)) {
      const fork = [here + 1];
      braces.push({ fork, ends: [] });
      states.push({ kind: "fork", to: fork });
    } else if (char === "," && brace) {
      const end: number[] = [];
      brace.ends.push(end);
      brace.fork.push(here + 1);
      states.push({ kind: "fork", to: end });
    } else if (char === "}" && brace) {
      braces.pop();
      states.push({ kind: "fork", to: [here + 1] });
      for (const end of brace.ends) end.push(here);
    } else {
      states.push({ kind: "char", char, next: here + 1 });
    }
  }
  states.push({ kind: "accept" });
  return states;
}
