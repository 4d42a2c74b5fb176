// The shape of what clients send beyond the standard: checked, since any editor may be at the other end.
import * as z from "zod";
import { tasks } from "./protocol.ts";

export const optionsSchema = z.object({
  trusted: z.boolean().catch(false),
  names: z.boolean().catch(false),
  commands: z.boolean().catch(false),
  settings: z.unknown().optional(),
});

export const addExpertSchema = z.object({ uri: z.string().max(8192) });
export const removeExpertSchema = z.object({ id: z.string().max(64) });

export const modelSchema = z.object({ uri: z.string().max(8192) });
export const importModelSchema = z.object({
  uri: z.string().max(8192),
  bits: z.union([z.literal(4), z.literal(8), z.literal(32)]),
  id: z.string().max(64),
});
export const keySchema = z.string().max(4096).nullable().catch(null);

export const trustedSchema = z.object({ trusted: z.boolean() });
const place = z.object({ line: z.int().nonnegative(), character: z.int().nonnegative() });
export const routeSchema = z.object({ uri: z.string(), position: place, task: z.enum(tasks) });
export const calculateSchema = z.object({
  text: z.string().max(8192),
  place: z.object({ uri: z.string(), position: place }).nullable().default(null),
  steps: z.boolean().default(true),
});
export const explainSchema = z.object({
  uri: z.string(),
  range: z.object({ start: place, end: place }),
  stream: z.int().nullable().default(null),
});
export const documentSchema = z.object({ uri: z.string(), position: place });
export const talkSchema = z.object({
  turns: z.array(z.object({ role: z.enum(["system", "user", "assistant"]), text: z.string() })).max(1_000),
  stream: z.int().nullable().default(null),
  maxTokens: z.int().positive().optional(),
});
export const restedSchema = documentSchema;
export const executedSchema = z.object({ command: z.string().max(64), arguments: z.array(z.unknown()).default([]) });
const folder = z.object({ uri: z.string(), name: z.string() });
export const foldersSchema = z.object({ event: z.object({ added: z.array(folder), removed: z.array(folder) }) });
export const pushedSchema = z.object({ coterie: z.unknown().optional() }).catch({});
