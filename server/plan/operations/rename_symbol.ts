// Gives a thing with a poor name a better one, everywhere in the workspace, by the language service. The name is the expert's.
import type TS from "typescript";
import { lineEnd, lineStart } from "../../lines.ts";
import type { Change, TextEdit } from "../edits.ts";
import { bestName } from "../naming/best.ts";
import { candidatesFor } from "../naming/hints.ts";
import { namesUsed, type Poor, poorNames } from "../naming/poor.ts";
import { nodeAt } from "../nodes.ts";
import { type Operation, scriptLanguages, type Unnamed } from "../operation.ts";
import type { Project } from "../project.ts";

export const renameSymbol: Operation = {
  id: "rename-symbol",
  title: "Rename",
  task: "name",
  suits: { code: 1 },
  fills: true,
  languages: [...scriptLanguages],
  wide: true,
  async perform({ project, file, languageId, text, options, pen, expert, spend }) {
    const { name = "", within = "", behind = "0" } = options;
    const all = poorNames(project, file).filter((each) => each.name.text === name && each.within === within);
    const poor = all.at(-1 - Number(behind));
    // Another step, or the user, has renamed it.
    if (!poor) return [];
    const places = placesOf(project, file, poor);
    const files = [...new Set(places.map((place) => place.file))];
    const unnamed: Unnamed = {
      ...{ file, languageId, expert },
      ...shown(text, file, name, places, poor),
      candidates: candidatesFor(project, poor),
      taken: files.flatMap((each) => namesUsed(project.ts, project.source(each))),
    };
    const better = await bestName(unnamed, pen, spend);
    return files.map((each): Change => {
      const own = places.filter((place) => place.file === each);
      const edits = own.map(({ start, end, prefix, suffix }): TextEdit => {
        return { start, end, text: `${prefix}${better}${suffix}` };
      });
      return { file: each, edits, creates: false };
    });
  },
};

interface Place {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly prefix: string;
  readonly suffix: string;
}

/** Everything that has to change. @throws Error in words where something does that is not in the folder. */
function placesOf(project: Project, file: string, { name }: Poor): readonly Place[] {
  const { ts, service } = project;
  const [path, at] = [project.absolute(file), name.getStart()];
  const asked = (keepsNames: boolean) =>
    service.findRenameLocations(path, at, false, false, { providePrefixAndSuffixTextForRename: keepsNames }) ?? [];
  const isKey = ({ fileName, textSpan }: TS.RenameLocation): boolean => {
    const inside = project.relative(fileName);
    if (inside === null) throw new Error(`${name.text} is used outside the workspace folder, in ${fileName}.`);
    const at = nodeAt(ts, project.source(inside), textSpan.start);
    // In a documentation comment there are no keys, and no nodes either.
    if (ts.isSourceFile(at)) return false;
    const { parent } = at;
    return (
      ts.isShorthandPropertyAssignment(parent) || (ts.isBindingElement(parent) && parent.propertyName === undefined)
    );
  };
  // Imports take the new name too, but what is a key of an object besides keeps it there.
  const plain = asked(false);
  const found = plain.some(isKey) ? asked(true) : plain;
  if (found.length === 0) throw new Error(`The language service cannot rename ${name.text}.`);
  return found
    .map(({ fileName, textSpan: { start, length }, prefixText = "", suffixText = "" }) => ({
      ...{ file: project.relative(fileName)!, start, end: start + length },
      ...{ prefix: prefixText, suffix: suffixText },
    }))
    .sort((one, other) => one.start - other.start);
}

/** Characters before the first place that a model sees, and most lines with the name. */
const shownBefore = 1_500;
const shownLines = 6;

/** The code as a model sees it: what stands before the declaration, then the lines that hold the name. */
function shown(
  text: string,
  file: string,
  name: string,
  places: readonly Place[],
  { declaration }: Poor,
): Pick<Unnamed, "ask" | "before" | "pieces"> {
  const own = places.filter((place) => place.file === file);
  const first = own.find(({ start }) => start >= declaration.getStart()) ?? own[0]!;
  const from = lineStart(text, Math.max(0, first.start - shownBefore));
  const lines = [...new Set([first, ...own].map(({ start }) => lineStart(text, start)))].slice(0, shownLines);
  const whole = lines.map((start) => text.slice(start, lineEnd(text, start))).join("\n");
  const used = whole.slice(first.start - lines[0]!);
  const word = new RegExp(`(?<![\\w$])${name.replaceAll("$", "\\$")}(?![\\w$])`);
  const head = text.slice(from, lines[0]!);
  const indent = /^[ \t]*/.exec(whole)![0];
  const said = whole
    .split("\n")
    .map((line) => `${indent}// ${line.trim().replace(new RegExp(word, "g"), "it")}`)
    .join("\n");
  return {
    ask: `${head}${said}\n${text.slice(lines[0]!, first.start)}`,
    before: text.slice(from, first.start),
    pieces: used.split(word),
  };
}
