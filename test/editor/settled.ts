// Waiting and asserting inside the extension host.

export type Check = () => boolean | Promise<boolean>;

/** Throws `complaint` unless `condition` holds. */
export function check(condition: boolean, complaint: string): asserts condition {
  if (!condition) throw new Error(complaint);
}

/** Resolves once `holds` does; throws after `limit` milliseconds, saying what was waited for. */
export async function settled(what: string, holds: Check, limit = 20_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error(`waited ${limit / 1000} s for ${what}`);
    await new Promise((done) => setTimeout(done, 50));
  }
}
