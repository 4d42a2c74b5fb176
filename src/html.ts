// Our pages are written as Markdown, and shown as HTML.
import MarkdownIt from "markdown-it";

const markdown = new MarkdownIt({ html: false });

/** Markdown as HTML. HTML in it stays text, whoever wrote it: a model's words, a path, a name in somebody's rules. */
export function htmlOf(text: string): string {
  return markdown.render(text);
}
