// How comments and strings look in the common languages, for the scan in region.ts.
import type { Region } from "./protocol.ts";

/** A stretch of text between two marks. */
export interface Span {
  readonly open: string;
  readonly close: string;
  readonly region: Region;
  /** Whether it goes on over a line's end. */
  readonly lines: boolean;
  /** Whether a backslash takes the next character's meaning away. */
  readonly escape: boolean;
  /** What opens a piece of code inside. */
  readonly hole?: string;
  /** It is a docstring where this fits the text before it. */
  readonly documents?: RegExp;
  /** Whether it begins here, where its mark alone does not tell. */
  readonly when?: (text: string, at: number) => boolean;
}

const block = (open: string, close: string, region: Region = "comment"): Span => ({
  open,
  close,
  region,
  lines: true,
  escape: false,
});
const line = (open: string, region: Region = "comment"): Span => ({ ...block(open, "\n", region), lines: false });
const quote = (mark: string): Span => ({ ...block(mark, mark, "string"), lines: false, escape: true });
const long = (mark: string): Span => ({ ...quote(mark), lines: true });

const slashes = [block("/**", "*/", "docstring"), block("/*", "*/"), line("//")];
const docSlashes = [line("///", "docstring"), line("//!", "docstring"), ...slashes];
const quotes = [quote('"'), quote("'")];
const template: Span = { ...long("`"), hole: "${" };

/** `/` begins a regular expression where a value is expected, and divides elsewhere. */
const pattern: Span = {
  ...quote("/"),
  when: (text, at) =>
    /(^|[(,=:[!&|?{};+\-*%<>~^\n]|\breturn|\btypeof|\bcase)\s*$/.test(text.slice(Math.max(0, at - 40), at)),
};
/** In Rust `'a` may be a lifetime. */
const letter: Span = { ...quote("'"), when: (text, at) => /^'(\\[^\n]{1,8}|[^\\\n])'/.test(text.slice(at, at + 12)) };
/** In a shell `#` also counts arguments and cuts prefixes. */
const hash: Span = { ...line("#"), when: (text, at) => at === 0 || /\s/.test(text[at - 1]!) };
/** Python's stand first in a file or below the colon of what they document. */
const pythonic = /(^|:[^\S\n]*(#[^\n]*)?\n|^#[^\n]*\n)\s*[rRuU]?$/;
const triple = (mark: string, documents: RegExp): Span => ({ ...long(mark), documents });
/** A string with code in braces; what is doubled to mean a brace opens and closes as much. */
const formatted = (open: string, mark: string): Span => ({
  ...quote(mark),
  open,
  lines: mark.length > 1,
  hole: "{",
  when: (text, at) => !/[\p{L}\p{N}_]/u.test(text[at - 1] ?? ""),
});

const script = [...slashes, ...quotes, template, pattern];
const formats = ["f", "F", "rf", "fr"].flatMap((prefix) =>
  ['"""', "'''", '"', "'"].map((mark) => formatted(prefix + mark, mark)),
);
const python = [...formats, line("#"), triple('"""', pythonic), triple("'''", pythonic), ...quotes];
const java = [...slashes, long('"""'), ...quotes];
const markup = [block("<!--", "-->")];
/** Within a tag, or within the braces of a template: text between these is written for people. */
const inTag = (text: string, at: number) => isOpen(text, at, /<[a-zA-Z](?:"[^"]*"|'[^']*'|\{[^{}]*\}|[^<>"'{])*$/);
const inBraces = (text: string, at: number) => isOpen(text, at, /\{[^}]*$/);
/** A text without any of the marks may be a line of something that was opened above it. */
const isOpen = (text: string, at: number, opened: RegExp) => {
  const before = text.slice(Math.max(0, at - mostBefore), at);
  return opened.test(before) || (at < mostBefore && !/[<>{}]/.test(before));
};
/** Characters in which the beginning of a tag is looked for. */
const mostBefore = 2_000;
const within = (spans: readonly Span[], ...places: readonly ((text: string, at: number) => boolean)[]) =>
  spans.map((span) => ({
    ...span,
    when: (text: string, at: number) => places.some((is) => is(text, at)) && (span.when?.(text, at) ?? true),
  }));
const templated = [
  ...markup,
  ...within([...quotes, template], inTag, inBraces),
  ...within([...slashes, pattern], inBraces),
];
const sql = [line("--"), block("/*", "*/"), { ...quote("'"), lines: true, escape: false }, quote('"')];
const shell = [hash, { ...block("'", "'", "string") }, { ...long('"'), hole: "${" }];
const lisp = [line(";"), long('"')];

const lexicons: Readonly<Record<string, readonly Span[]>> = {
  typescript: script,
  typescriptreact: script,
  javascript: script,
  javascriptreact: script,
  vue: templated,
  svelte: templated,
  python,
  starlark: python,
  java,
  kotlin: java,
  scala: java,
  groovy: java,
  c: [...slashes, ...quotes],
  cpp: [...docSlashes, ...quotes],
  "objective-c": [...docSlashes, ...quotes],
  csharp: [
    ...docSlashes,
    formatted('$"', '"'),
    formatted('$@"', '"'),
    long('"""'),
    { ...long('@"'), close: '"', escape: false },
    ...quotes,
  ],
  fsharp: [...docSlashes, block("(*", "*)"), long('"""'), quote('"')],
  swift: [...docSlashes, long('"""'), quote('"')],
  dart: [...docSlashes, long('"""'), long("'''"), ...quotes],
  go: [...slashes, block("`", "`", "string"), ...quotes],
  rust: [...docSlashes, long('"'), letter],
  zig: [line("///", "docstring"), line("//"), quote('"'), letter],
  php: [...slashes, line("#"), long('"'), long("'")],
  ruby: [line("#"), block("=begin", "=end"), long('"'), long("'")],
  perl: [hash, long('"'), long("'")],
  shellscript: shell,
  powershell: [block("<#", "#>"), hash, long('"'), block("'", "'", "string")],
  dockerfile: shell,
  makefile: [hash],
  yaml: [hash, ...quotes],
  toml: [line("#"), long('"""'), long("'''"), ...quotes],
  ini: [line("#"), line(";")],
  r: [line("#'", "docstring"), line("#"), ...quotes],
  julia: [block("#=", "=#"), line("#"), triple('"""', /(^|\n)$/), quote('"')],
  elixir: [line("#"), triple('"""', /@(module|type)?doc\s+(~[sS])?$/), quote('"')],
  lua: [block("--[[", "]]"), line("--"), block("[[", "]]", "string"), ...quotes],
  haskell: [block("{-", "-}"), line("--"), quote('"')],
  sql,
  html: [...markup, ...within(quotes, inTag)],
  xml: markup,
  css: [block("/*", "*/"), ...quotes],
  scss: [block("/*", "*/"), line("//"), ...quotes],
  less: [block("/*", "*/"), line("//"), ...quotes],
  json: [quote('"')],
  jsonc: [...slashes, quote('"')],
  clojure: lisp,
  lisp,
  matlab: [block("%{", "%}"), line("%"), quote('"')],
};

const unknown = [block("/*", "*/"), line("//"), ...quotes];
/** Whether a string that begins here would document a Python module, class or function, by the text before it. */
export function documentsPython(text: string, start: number): boolean {
  return pythonic.test(text.slice(Math.max(0, start - 300), start));
}

const byFirst = new Map(Object.entries(lexicons).map(([id, spans]) => [id, grouped(spans)]));
const unknownByFirst = grouped(unknown);

/** Spans by the first character of their opening mark; where several fit, the first one counts. */
function grouped(spans: readonly Span[]): ReadonlyMap<string, readonly Span[]> {
  const groups = new Map<string, Span[]>();
  for (const span of spans) {
    const first = span.open[0]!;
    groups.set(first, [...(groups.get(first) ?? []), span]);
  }
  return groups;
}

/** The spans of a language; of one that is not listed those that most languages share. */
export function spansOf(languageId: string): ReadonlyMap<string, readonly Span[]> {
  return byFirst.get(languageId) ?? unknownByFirst;
}

/** The marks with which a comment or a documenting string begins. */
export function commentMarks(languageId: string): readonly string[] {
  const spans = [...spansOf(languageId).values()].flat();
  return spans.flatMap(({ open, region, documents }) => (region !== "string" || documents ? [open] : []));
}

const fences: Readonly<Record<string, string>> = {
  ts: "typescript",
  tsx: "typescriptreact",
  js: "javascript",
  mjs: "javascript",
  jsx: "javascriptreact",
  py: "python",
  sh: "shellscript",
  bash: "shellscript",
  zsh: "shellscript",
  shell: "shellscript",
  rb: "ruby",
  rs: "rust",
  cs: "csharp",
  "c++": "cpp",
  yml: "yaml",
  math: "latex",
  tex: "latex",
  golang: "go",
  ps1: "powershell",
  text: "plaintext",
  txt: "plaintext",
  md: "markdown",
  "": "plaintext",
};

/** Language id of a fence's info string: "ts", "{python}", "js title=x". */
export function languageOfFence(info: string): string {
  const word = (/[\p{L}\d+#_-]+/u.exec(info)?.[0] ?? "").toLowerCase();
  return fences[word] ?? word;
}
