// Scripts and style sheets within HTML and its relatives.
import type { Snippet } from "./markdown.ts";

/** Languages of which parts are written between tags. */
export const markupLanguages: ReadonlySet<string> = new Set(["html", "vue", "svelte"]);

/** The script or style sheet that the cursor is in, or null. */
export function inMarkup(text: string, offset: number): Snippet | null {
  // A tag within a comment begins nothing.
  const told = text.replace(/<!--[\s\S]*?-->/g, (comment) => " ".repeat(comment.length));
  for (const match of told.matchAll(/<(script|style)\b((?:"[^"]*"|'[^']*'|[^>"'])*)>/gi)) {
    const [tag, name = "", attributes = ""] = match;
    const start = match.index + tag.length;
    if (start > offset) return null;
    const rest = text.slice(start).search(new RegExp(`</${name}\\s*>`, "i"));
    const end = rest < 0 ? text.length : start + rest;
    if (offset <= end) {
      return { languageId: languageOf(name, attributes), text: text.slice(start, end), offset: offset - start };
    }
  }
  return null;
}

function languageOf(name: string, attributes: string): string {
  const lang = /\b(?:lang|type)\s*=\s*["']?([\w/+-]+)/i.exec(attributes)?.[1]?.toLowerCase() ?? "";
  if (name.toLowerCase() === "style") return /scss|less/.exec(lang)?.[0] ?? "css";
  if (/json|^importmap$|^speculationrules$/.test(lang)) return "json";
  if (/tsx/.test(lang)) return "typescriptreact";
  return /^(ts|typescript)$/.test(lang) ? "typescript" : "javascript";
}
