// The JSON files beside a model's weights, read with limits.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { z } from "zod";
import { WeightsError, whyUnread } from "./cursor.ts";

/** The largest tokenizers take 20 MB. */
const MAX_BYTES = 64 << 20;

/** Reads `folder`/`name`; undefined when there is none. Throws WeightsError when it cannot be used. */
export function readJson<T>(folder: string, name: string, schema: z.ZodType<T>): T | undefined {
  const path = join(folder, name);
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat === undefined) return undefined;
  if (!stat.isFile() || stat.size > MAX_BYTES) {
    throw new WeightsError(`${path}: no file of at most ${MAX_BYTES} bytes; fetch the model again`);
  }
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    const why = error instanceof SyntaxError ? "no valid JSON; fetch the model again" : whyUnread(error);
    throw new WeightsError(`${path}: ${why}`);
  }
  const read = schema.safeParse(json);
  if (read.success) return read.data;
  const [issue] = read.error.issues;
  throw new WeightsError(
    `${path}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "wrong"}; fetch the model again`,
  );
}
