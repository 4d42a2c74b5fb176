// The names that a pattern binds, in any language: of what is taken apart, what gets a name of its own.
import type { Node } from "web-tree-sitter";
import type { BodyRules } from "./dialect.ts";

type Rules = Pick<BodyRules, "names" | "members" | "isConstant">;

/** The names that a pattern binds: keys, defaults and constants are none. */
export function namesIn(pattern: Node, rules: Rules): string[] {
  const { type } = pattern;
  if (rules.names.has(type)) return rules.isConstant?.(pattern) ? [] : [pattern.text];
  // `{ a }` takes the key for the name.
  if (/^shorthand_(property_identifier_pattern|field_identifier)$/.test(type)) return [pattern.text];
  if (/assignment_pattern$/.test(type)) return namesIn(pattern.namedChild(0)!, rules);
  if (type === "pair_pattern") return namesIn(pattern.childForFieldName("value")!, rules);
  // A member of something is known already.
  if (Object.hasOwn(rules.members, type)) return [];
  // The type of what is taken apart, and the condition of a case, bind nothing.
  const others = ["type", "condition"].map((name) => pattern.childForFieldName(name)?.id);
  return pattern.namedChildren.filter(({ id }) => !others.includes(id)).flatMap((child) => namesIn(child, rules));
}
