// What was really written is never refused: the rest of lines of this project's own sources, as if the model wrote just that.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { TextDocument } from "vscode-languageserver-textdocument";
import { completed } from "../../server/block.ts";
import { candidates, whyHidden, whyNowhere } from "../../server/clean.ts";
import { withoutOverlap } from "../../server/stops.ts";
import { type Surroundings, surroundings } from "../../server/surroundings.ts";
import { newSyntax } from "./syntax.ts";

const syntax = newSyntax();
const folder = new URL("../../server/", import.meta.url);
const sources = readdirSync(folder)
  .filter((name) => name.endsWith(".ts"))
  .map((name) => ({ name, lines: readFileSync(new URL(name, folder), "utf8").split("\n") }));

/** A place in a line of code: the text up to it, the line's rest, and the lines below. */
interface Place {
  readonly name: string;
  readonly before: string;
  readonly rest: string;
  readonly below: string;
}

/** Every seventh line that holds code and no comment, cut before one of its words or signs. */
function* places(): Generator<Place> {
  for (const { name, lines } of sources) {
    for (let i = 3; i < lines.length; i += 7) {
      const line = lines[i]!;
      const cuts = [...line.matchAll(/[\w$]+|[^\w\s]/g)].map(({ index }) => index);
      if (cuts.length < 2 || /\/\/|^\s*\/?\*/.test(line)) continue;
      const cut = cuts[(i * 13) % cuts.length]!;
      const above = lines.slice(0, i).map((each) => `${each}\n`);
      yield {
        name,
        before: above.join("") + line.slice(0, cut),
        rest: line.slice(cut),
        below: `\n${lines.slice(i + 1).join("\n")}`,
      };
    }
  }
}

async function at({ name, before, below }: Place, after: string) {
  const document = TextDocument.create(`file:///${name}`, "typescript", 1, before + after + below);
  const scope = await syntax.scope(document, document.positionAt(before.length), null);
  const added = (text: string) => syntax.addedFaults(document, before.length, text);
  return { around: surroundings(scope), added };
}

const put = (text: string, around: Surroundings) =>
  withoutOverlap(candidates({ text, tokens: [], stop: "stop" }, around, "one")[0]!, around);

test("the rest of a line is shown as it is", async () => {
  const refused: string[] = [];
  let count = 0;
  for (const place of places()) {
    count++;
    const { around, added } = await at(place, "");
    const text = put(place.rest, around);
    const why = whyNowhere(around) ?? whyHidden(text, around);
    const isBroken = ((await added(text)) ?? 0) > 0 && ((await added(completed(text, around))) ?? 0) > 0;
    if (why !== null || isBroken || text !== place.rest)
      refused.push(`${place.name}: ${place.rest} -> ${text} (${why})`);
  }
  assert.ok(count > 150, `${count} places`);
  assert.ok(refused.length <= count / 100, `${refused.length} of ${count}:\n${refused.join("\n")}`);
});

test("what closes the line and stands behind the cursor is not written twice", async () => {
  const wrong: string[] = [];
  let count = 0;
  for (const place of places()) {
    const end = /[)\]};,]+$/.exec(place.rest)?.[0];
    const middle = place.rest.slice(0, place.rest.length - (end?.length ?? 0));
    if (end === undefined || middle.trim() === "") continue;
    count++;
    const { around } = await at(place, end);
    for (const written of [middle + end, middle]) {
      if (put(written, around).trimEnd() !== middle.trimEnd())
        wrong.push(`${place.name}: ${written} before ${end} -> ${put(written, around)}`);
    }
  }
  assert.ok(count > 80, `${count} places`);
  assert.ok(wrong.length <= count / 50, `${wrong.length} of ${count}:\n${wrong.join("\n")}`);
});
