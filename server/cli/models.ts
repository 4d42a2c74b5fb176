// The commands of the command line for the user's own models: importing one, listing them and removing one.
import type { Installation } from "../installation.ts";
import { importModel, lookAt, removeModel } from "../packs/importing.ts";
import { modelsIn, type OwnModel } from "../packs/models.ts";
import { Refusal } from "../packs/refusal.ts";
import { hardlyFits, type Model, type ModelOffer } from "../protocol/team.ts";
import type { Reporter } from "./engine.ts";
import { BadInput } from "./place.ts";

export interface ImportOptions {
  readonly id?: string | undefined;
  readonly cut?: string | undefined;
  readonly bits?: string | undefined;
}

export type Imported = Omit<OwnModel, "format" | "row"> & { readonly memory: number };

export interface ModelList {
  readonly models: readonly Omit<OwnModel, "format" | "row">[];
  readonly problems: readonly string[];
}

/** Says what the model will take, then compiles it. @throws BadInput when it is refused. */
export function importOwn(
  path: string | undefined,
  { id, cut, bits = "8" }: ImportOptions,
  installation: Installation,
  reporter: Reporter,
): Imported {
  if (path === undefined)
    throw new BadInput("Name the model: coterie import FILE.gguf, or the folder of a safetensors model.");
  if (!/^(4|8|32)$/.test(bits)) throw new BadInput(`--bits ${bits}: give 4, 8 or 32.`);
  if (cut !== undefined && !/^\d{1,3}$/.test(cut)) throw new BadInput(`--cut ${cut}: give a number of layers.`);
  return refusing(() => {
    const offered = lookAt(path, installation);
    const wanted = Number(bits) as Model["bits"];
    reporter.warn(sizesOf(offered, wanted));
    const layers = cut === undefined ? undefined : Number(cut);
    const request = { path, id, cut: layers, bits: wanted };
    let said = -1;
    const {
      format: _,
      row: __,
      ...model
    } = importModel(request, installation, (done, total) => {
      const percent = Math.floor((100 * done) / total);
      if (percent > said) reporter.progress(`Compiling ${offered.title}: ${percent} %`);
      said = percent;
    });
    return { ...model, memory: choiceOf(offered, wanted).memory };
  });
}

/** What the user has imported, with sizes. */
export function listModels({ userModels }: Installation): ModelList {
  const { models, problems } = modelsIn(userModels);
  return { models: models.map(({ format: _, row: __, ...model }) => model), problems };
}

/** Removes a model that was imported. @throws BadInput when it is refused. */
export function forgetModel(id: string | undefined, installation: Installation): { readonly id: string } {
  if (id === undefined) throw new BadInput("Name the model: coterie models remove ID. coterie models lists them.");
  refusing(() => removeModel(id, installation));
  return { id };
}

const choiceOf = ({ choices }: ModelOffer, bits: Model["bits"]) => choices.find((each) => each.bits === bits)!;

function sizesOf(offered: ModelOffer, bits: Model["bits"]): string {
  const { title, family, layers, parameters, infills, chats, choices, machine } = offered;
  const others = choices
    .filter((each) => each.bits !== bits)
    .map((each) => `${megabytes(each.memory)} at ${each.bits}`);
  const own = choiceOf(offered, bits);
  const tooMuch = hardlyFits(own.memory, machine)
    ? ` This machine has ${megabytes(machine)}: it will hardly have room.`
    : "";
  return (
    `${title}: ${family}, ${layers} layers, ${Math.round(parameters / 1e6)} M parameters, ` +
    `${infills ? "fills in" : "does not fill in"}, ${chats ? "completes, explains and documents" : "completes only"}. At ${bits} bits it takes about ${megabytes(own.memory)} of memory and ` +
    `${megabytes(own.disk)} of disk (memory otherwise: ${others.join(", ")}).${tooMuch}`
  );
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;

function refusing<T>(change: () => T): T {
  try {
    return change();
  } catch (error) {
    throw error instanceof Refusal ? new BadInput(error.message) : error;
  }
}
