// Settings as the server may see them: in an untrusted workspace the restricted ones keep the user's own values.

/** What the editor knows of one setting. */
export interface Inspected {
  readonly defaultValue?: unknown;
  readonly globalValue?: unknown;
}

/**
 * Answers one item of a `workspace/configuration` request. The editor withholds restricted values of untrusted workspaces
 * too, but has let some through that were written as nested objects; so they are taken from the user's settings here.
 * @param asked the section asked for, "coterie" or "coterie.threads".
 * @param value the editor's answer.
 * @param restricted full ids, from the manifest.
 * @param inspect looks a full id up.
 */
export function withUserValues(
  asked: string,
  value: unknown,
  restricted: readonly string[],
  inspect: (id: string) => Inspected | undefined,
): unknown {
  const own = (id: string) => {
    const known = inspect(id);
    return known?.globalValue ?? known?.defaultValue ?? null;
  };
  if (restricted.includes(asked)) return own(asked);
  const inside = restricted.filter((id) => id.startsWith(`${asked}.`));
  if (inside.length === 0 || typeof value !== "object" || value === null) return value;
  const copy: Record<string, unknown> = { ...value };
  for (const id of inside) copy[id.slice(asked.length + 1)] = own(id);
  return copy;
}
