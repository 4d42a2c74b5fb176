// How text falls into pieces before tokens are merged: regular expressions, by the names that the compiler writes down.
// Fixed here and not taken from a model's file, so that no stranger's expression runs on a user's text.

// White space and small letters are written out: `\s` means another set in JavaScript than in the originals, and there is no
// "ignore case" for a part of an expression.
const space = "\\p{White_Space}";
const contractions = "'(?:[sS\\u017f]|[tT]|[rR][eE]|[vV][eE]|[mM]|[lL][lL]|[dD])";
const blanks = `${space}+(?!\\P{White_Space})|${space}+`;
const afterWords = ` ?[^${space}\\p{L}\\p{N}]+[\\r\\n]*|${space}*[\\r\\n]+|${blanks}`;

const expressions: Readonly<Record<string, string>> = {
  gpt2: `'s|'t|'re|'ve|'m|'ll|'d| ?\\p{L}+| ?\\p{N}+| ?[^${space}\\p{L}\\p{N}]+|${blanks}`,
  llama3: `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}|${afterWords}`,
  qwen2: `${contractions}|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}|${afterWords}`,
  digits: "\\p{N}",
  newlines: "[\\r\\n]",
  words: `${space}?\\p{L}+`,
  punctuation: `${space}?\\p{P}+`,
  // Chinese, then whatever lies between Samaritan and Chinese, then Korean: the original's ranges as they are.
  cjk: "[\\u4e00-\\u9fa5\\u0800-\\u4e00\\uac00-\\ud7ff]+",
  // SentencePiece: no token goes on behind a word with the next one's blanks.
  blanks: "\\u2581*[^\\u2581]*",
};

export type Split = (text: string) => readonly string[];

/**
 * Splits by one expression after the other; what one matches and what lies between are pieces for the next.
 * @throws Error when a name is unknown.
 */
export function openSplit(names: readonly string[]): Split {
  const stages = names.map((name) => {
    const expression = Object.hasOwn(expressions, name) ? expressions[name] : undefined;
    if (expression === undefined)
      throw new Error(`the model splits text by "${name}", which is not supported; import it again`);
    return new RegExp(expression, "gu");
  });
  return (text) => stages.reduce((pieces, stage) => pieces.flatMap((piece) => isolated(piece, stage)), [text]);
}

function isolated(text: string, expression: RegExp): string[] {
  const pieces: string[] = [];
  let end = 0;
  for (const { 0: match, index } of text.matchAll(expression)) {
    if (index > end) pieces.push(text.slice(end, index));
    if (match !== "") pieces.push(match);
    end = index + match.length;
  }
  if (end < text.length) pieces.push(text.slice(end));
  return pieces;
}
