// What has been measured so far, on disk: a stopped measurement goes on where it was, and a change of anything asks anew.
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import type { z } from "zod";

export class Journal {
  readonly #file: string;
  readonly #product: string;
  readonly #known = new Map<string, unknown>();

  /** @param product digest of what makes the answers, besides what each measurement names. */
  constructor(file: string, product: string) {
    this.#file = file;
    this.#product = product;
    mkdirSync(dirname(file), { recursive: true });
    const text = existsSync(file) ? readFileSync(file, "utf8") : "";
    const whole = text.slice(0, text.lastIndexOf("\n") + 1);
    // A kill in the middle of a line: it is measured again.
    if (whole !== text) writeFileSync(file, whole);
    for (const line of whole.split("\n").slice(0, -1)) {
      const { key, value } = JSON.parse(line) as { key: string; value: unknown };
      this.#known.set(key, value);
    }
  }

  /**
   * What a measurement gave, measured now if it is not known yet.
   * @param what all that decides it, as plain values.
   * @param measure null: nothing is measured, and what is not known is null.
   */
  async remember<T>(what: unknown, schema: z.ZodType<T>, measure: (() => Promise<T>) | null): Promise<T | null> {
    const key = createHash("sha256")
      .update(JSON.stringify([this.#product, what]))
      .digest("hex")
      .slice(0, 24);
    if (this.#known.has(key)) return schema.parse(this.#known.get(key));
    if (measure === null) return null;
    const value = await measure();
    this.#known.set(key, value);
    appendFileSync(this.#file, `${JSON.stringify({ key, value })}\n`);
    return value;
  }
}

/** Digest of all files in a folder that end in `ending`, by name and content. */
export function digestOfFolder(folder: string, ending: string): string {
  const hash = createHash("sha256");
  for (const name of readdirSync(folder, { recursive: true, encoding: "utf8" }).sort()) {
    if (name.endsWith(ending)) hash.update(name).update(readFileSync(join(folder, name)));
  }
  return hash.digest("hex");
}

/**
 * Digest of the files in a folder that some entries reach by their imports: what else changes there changes no result. Of what lies outside
 * only the values count, such as the layouts of prompts.
 */
export async function digestOfSources(entryPoints: string[], folder: string): Promise<string> {
  const options = { bundle: true, platform: "node", packages: "external", write: false, metafile: true } as const;
  const { metafile } = await build({ ...options, entryPoints, format: "esm", outdir: folder, absWorkingDir: folder });
  const hash = createHash("sha256");
  for (const name of Object.keys(metafile.inputs).sort())
    if (!name.startsWith("..") || name.endsWith(".json")) hash.update(name).update(readFileSync(join(folder, name)));
  return hash.digest("hex");
}
