// What an expert pack and a rule file may say, and reading them: a bad one is a reported problem, never a crash.
import { findNodeAtLocation, getNodeValue, type Node } from "jsonc-parser";
import * as z from "zod";
import { type Problem, parseJson, problemAt } from "./json.ts";
import { regions, tasks } from "./protocol.ts";
import type { Rule } from "./route.ts";

// ── The shape of a rule file; experts/rules.schema.json is made from it ──────────────────────────────────────────────

// Invisible and direction-changing characters could make a rule look like another one.
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it keeps out
const visible = /^[^\u0000-\u001f\u007f-\u009f\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff]*$/;
const text = (most: number) => z.string().min(1).max(most).regex(visible, "has invisible characters");
const oneOrMore = <T extends z.ZodType>(item: T) => z.union([item, z.array(item).min(1).max(64)]);

const ruleSchema = z
  .strictObject({
    task: oneOrMore(z.enum(tasks)).optional().meta({ description: "What is asked. Absent: anything." }),
    language: oneOrMore(text(64))
      .optional()
      .meta({ description: "Language id of the document, or of the fenced block that the cursor is in." }),
    path: oneOrMore(text(256)).optional().meta({
      description: "Glob for the path in the workspace folder: *, **, ?, {a,b}. Without a slash: for the file's name.",
    }),
    region: oneOrMore(z.enum(regions)).optional().meta({ description: "What the cursor is in." }),
    expert: z
      .string()
      .regex(/^[a-z][a-z0-9-]{0,31}$/, "must be an expert's id: lower-case letters, digits and dashes")
      .meta({ description: "Id of the expert that answers: general, code, math, docs or that of a pack." }),
    because: text(200).meta({ description: "Why, in words for the sidebar." }),
  })
  .meta({ description: "All that is named must match; the first rule that matches is used." });

export const ruleFileSchema = z.strictObject({
  $schema: z.string().max(1024).optional(),
  rules: z.array(ruleSchema).max(200),
});

/** What this file needs of a pack's expert.json; the rest (provenance, digests) is read by those who use it. */
const packSchema = z.looseObject({
  id: ruleSchema.shape.expert,
  kind: z.string().max(32).optional(),
  backbone: z.string().max(64).optional(),
  title: text(80).optional(),
  rules: z.array(z.unknown()).max(200).optional(),
  threshold: z.number().min(-20).max(0).optional(),
});

export interface Pack {
  readonly id: string;
  /** What people call it. */
  readonly title: string;
  /** The backbone's folder is a pack too, but nobody can be routed to it. */
  readonly expert: boolean;
  /** Digest of the backbone that it was made for, where it says so. */
  readonly backbone?: string;
  readonly rules: readonly Rule[];
  /** How sure it has to be of a completion that is shown: mean log-probability of its tokens, nats; null: not measured. */
  readonly threshold: number | null;
}

/** Ids that rules may name before their pack is installed. */
export const knownExperts: readonly string[] = ["general", "code", "math", "docs"];

// ── Reading ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * Reads a rule file's text (JSON with comments). `origin` is the part of the rules' names before "#"; `known` the expert
 * ids that a rule may name. Rules that are wrong are left out, the others count.
 */
export function readRules(
  source: string,
  origin: string,
  known: readonly string[],
): { readonly rules: readonly Rule[]; readonly problems: readonly Problem[] } {
  const parsed = parseJson(source);
  if (!parsed.root) return { rules: [], problems: parsed.problems };
  const problems = [...parsed.problems];
  const list = findNodeAtLocation(parsed.root, ["rules"]);
  const whole = ruleFileSchema.safeParse(getNodeValue(parsed.root));
  // While brackets are missing the shape is bound to be wrong too.
  if (problems.length === 0)
    problems.push(...(whole.error?.issues ?? []).map((issue) => problemAt(parsed.root, issue)));
  const rules: Rule[] = [];
  if (list?.type !== "array" || (list.children?.length ?? 0) > 200) return { rules, problems };
  for (const [index, node] of (list.children ?? []).entries()) {
    const rule = ruleSchema.safeParse(getNodeValue(node));
    if (!rule.success) continue;
    rules.push({ ...rule.data, name: `${origin}#${index + 1}` });
    if (!known.includes(rule.data.expert)) problems.push(unknownExpert(node, rule.data.expert, known));
  }
  return { rules, problems };
}

/** Reads the text of a pack's expert.json; null when it cannot be used at all. */
export function readPack(
  source: string,
  known: readonly string[],
): { readonly pack: Pack | null; readonly problems: readonly Problem[] } {
  const parsed = parseJson(source);
  if (!parsed.root) return { pack: null, problems: parsed.problems };
  const problems = [...parsed.problems];
  const said = packSchema.safeParse(getNodeValue(parsed.root));
  if (!said.success) {
    return { pack: null, problems: [...problems, ...said.error.issues.map((issue) => problemAt(parsed.root, issue))] };
  }
  const { id, kind, backbone, title = id, threshold = null } = said.data;
  const rules: Rule[] = [];
  for (const [index, written] of (said.data.rules ?? []).entries()) {
    const rule = ruleSchema.safeParse(written);
    for (const issue of rule.error?.issues ?? []) {
      problems.push(problemAt(parsed.root, { ...issue, path: ["rules", index, ...issue.path] }));
    }
    if (!rule.success) continue;
    rules.push({ ...rule.data, name: `pack:${id}#${index + 1}` });
    const node = findNodeAtLocation(parsed.root, ["rules", index]);
    if (node && rule.data.expert !== id && !known.includes(rule.data.expert)) {
      problems.push(unknownExpert(node, rule.data.expert, known));
    }
  }
  const expert = id !== "backbone" && kind !== "backbone";
  return { pack: { id, title, expert, ...(backbone === undefined ? {} : { backbone }), rules, threshold }, problems };
}

function unknownExpert(rule: Node, expert: string, known: readonly string[]): Problem {
  const node = findNodeAtLocation(rule, ["expert"]) ?? rule;
  const message = `There is no expert "${expert}"; "general" answers in its place. Known experts: ${known.join(", ")}.`;
  return { message, start: node.offset, end: node.offset + node.length, severity: "warning" };
}
