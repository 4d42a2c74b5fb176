// Whether a text may stand at the cursor by the document's grammar: it may add no syntax error but what the lines to come take away.
import { completed, endsInBlock } from "./block.ts";
import { isPlain, type Surroundings } from "./surroundings.ts";

/** How many more syntax errors a document has with a text at the cursor; null where no grammar tells. */
export type AddedFaults = (text: string) => Promise<number | null>;

/** Comments, prose and strings of several lines hold whatever they like, as long as they do not end there. */
const isCode = (around: Surroundings) => around.region === "code" || (around.region === "string" && isPlain(around));

/** Whether a text holds a mark that could end the comment, docstring or string that it stands in. */
const mayEnd = (text: string, { region }: Surroundings) =>
  region === "string" ? /["'`]/.test(text) : /"""|'''|\*\//.test(text);

/** Why a text may not stand at the cursor by the document's grammar, in words; null when it may. */
export async function whyBroken(text: string, around: Surroundings, addedFaults: AddedFaults): Promise<string | null> {
  if (!isCode(around) && !mayEnd(text, around)) return null;
  const added = await addedFaults(text);
  if (added === null || added <= 0) return null;
  const left = isCode(around)
    ? await unfinished(text, around, added, addedFaults)
    : added - (await already(addedFaults));
  return left > 0 ? "it would add a syntax error" : null;
}

/** What opens a block is no error: its end comes with the lines that follow. An open call, comment or string swallows them. */
async function unfinished(text: string, around: Surroundings, added: number, addedFaults: AddedFaults) {
  const whole = endsInBlock(text, around) ? completed(text, around) : text;
  return whole === text ? added : ((await addedFaults(whole)) ?? 0);
}

/** The faults that a comment or string has which is not closed yet. */
const already = async (addedFaults: AddedFaults) => Math.max(0, (await addedFaults("")) ?? 0);
