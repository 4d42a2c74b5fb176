// Names as words: which say nothing, which may stand in code, and what code itself says about what is to be named. Pure.

/** Words of people who had no name at hand, with or without a number behind. */
const placeholders =
  /^(?:tmp|temp|foo|bar|baz|qux|quux|stuff|thing|things|blah|asdf|dummy|aux|xx+|yy+|zz+|my(?:var|func|function|obj|object|data|array|list))\d*$/i;
/** Words that say what nearly everything is; a number behind them says that there was no better one. */
const numbered =
  /^(?:data|values?|val|items?|objs?|objects?|arr|arrays?|lists?|str|strings?|nums?|numbers?|results?|res|ret|vars?|variables?|params?|args?|funcs?|functions?|fn|elems?|els?|[a-z])_?\d+$/i;
/** Indices, and what is not to be looked at. */
const conventional = new Set(["i", "j", "k", "_", "$"]);

/** Whether a name does not say what it stands for. What stands in the head of a loop or of a lambda is not asked here. */
export function isPoor(name: string): boolean {
  if (conventional.has(name)) return false;
  return /^[A-Za-z]$/.test(name) || placeholders.test(name) || numbered.test(name);
}

const reserved = new Set(
  (
    "abstract any arguments as async await boolean break case catch class const constructor continue debugger declare default " +
    "delete do else enum eval export extends false finally for from function get if implements import in infer instanceof " +
    "interface is keyof let module namespace never new null number object of package private protected public readonly " +
    "require return set static string super switch symbol this throw true try type typeof undefined unique unknown var void " +
    "while with yield exports global window document process console self NaN Infinity"
  ).split(" "),
);

/** Kinds of values: they are told by the type, and are no better than what is to be replaced. */
const kinds = new Set(
  "arr array str string obj num val res ret result fn func cb data list variable param elem bool int map".split(" "),
);

/** Whether a name may be put into code: long enough to say something, no word of the language, nothing that is poor itself. */
export function isUsable(name: string): boolean {
  const isName = /^[a-z][A-Za-z0-9]{2,29}$/.test(name) && !/\d$/.test(name);
  return isName && !reserved.has(name) && !kinds.has(name) && !isPoor(name);
}

/** The name in what a model has written where one was due; null where it has written something else. */
export function nameIn(text: string): string | null {
  const word = /^\s*([A-Za-z_$][\w$]*)/.exec(text)?.[1];
  const name = word === undefined ? "" : camel(wordsOf(word));
  return isUsable(name) ? name : null;
}

/** "parsePrice", "parse_price", "HTTPServer" as lower-case words. */
export function wordsOf(name: string): string[] {
  return name
    .split(/_+|\$|(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])/)
    .filter((word) => word !== "")
    .map((word) => word.toLowerCase());
}

export function camel(words: readonly string[]): string {
  return words.map((word, i) => (i === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1))).join("");
}

/** Verbs at the beginning of functions' names that say how a thing is come by, and not what it is. */
const ways = new Set(
  "get fetch load read find make create build compute calculate parse to as of select query list collect take resolve new next pick".split(
    " ",
  ),
);

/** What a call gives by the function's name: `fetchOrders` gives "orders"; null where the name does not say. */
export function givenBy(called: string): string | null {
  const words = wordsOf(called);
  const rest = words.slice(words.findIndex((word) => !ways.has(word)));
  return words.length > 1 && ways.has(words[0]!) && rest.length > 0 ? camel(rest) : null;
}

/** One of many: "orders" -> "order", "entries" -> "entry"; null for what is no plural. */
export function oneOf(many: string): string | null {
  if (/(?:ss|us|is|news)$/i.test(many)) return null;
  if (/ies$/.test(many)) return `${many.slice(0, -3)}y`;
  if (/(?:[sx]|[cs]h)es$/.test(many)) return many.slice(0, -2);
  return /[a-z]s$/.test(many) ? many.slice(0, -1) : null;
}

export function manyOf(one: string): string {
  if (/[^aeiou]y$/.test(one)) return `${one.slice(0, -1)}ies`;
  return /(?:[sx]|[cs]h)$/.test(one) ? `${one}es` : `${one}s`;
}

/** A name in words of a comment: "// Check the totals" -> "checkTotals"; null where it is no short order. */
export function nameOfComment(comment: string): string | null {
  const [line = ""] = comment.replace(/^[\s/*#]+/, "").split(/[\n.,:;(]/);
  const words = line.toLowerCase().match(/[a-z][a-z0-9]*/g) ?? [];
  const telling = words.filter((word) => !articles.has(word));
  const name = camel(telling);
  return telling.length >= 2 && telling.length <= 4 && words.length <= 6 && isUsable(name) ? name : null;
}

const articles = new Set(["a", "an", "the", "all", "each", "every", "our", "its", "their", "then", "now", "first"]);
