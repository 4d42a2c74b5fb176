// coterie/models, lookAtModel, importModel and removeModel: the models that the user has brought.
import type { CancellationToken, Connection } from "vscode-languageserver";
import { URI } from "vscode-uri";
import { importModelSchema, modelSchema, removeExpertSchema } from "../incoming.ts";
import { modelsIn } from "../packs/models.ts";
import { Refusal } from "../packs/refusal.ts";
import type { Packer } from "../packs/thread.ts";
import {
  type ImportModelParams,
  importModel,
  lookAtModel,
  type Model,
  type ModelOffer,
  models,
  removeModel,
} from "../protocol/team.ts";

export interface ModelsOptions {
  /** The folder of the user's models. */
  readonly folder: string;
  readonly packer: Packer;
  /** Hears how much of an import is done, from 0 to 1. */
  progress(share: number): void;
  warn(message: string): void;
  /** Hears that a model came or went. */
  changed(): Promise<void>;
}

export class Models {
  readonly #options: ModelsOptions;

  constructor(options: ModelsOptions) {
    this.#options = options;
  }

  /** Answers the requests about models. `fenced` runs each so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onRequest(models.method, () => fenced("Listing the models failed", () => this.list()));
    connection.onRequest(lookAtModel.method, (params: unknown) =>
      fenced("Looking at a model failed", () => this.lookAt(modelSchema.parse(params))),
    );
    connection.onRequest(importModel.method, (params: unknown, token) =>
      fenced("Importing a model failed", () => this.import(importModelSchema.parse(params), token)),
    );
    connection.onRequest(removeModel.method, (params: unknown) =>
      fenced("Removing a model failed", () => this.remove(removeExpertSchema.parse(params))),
    );
  }

  /** Those that can be asked, then those that have to be compiled again. */
  list(): readonly Model[] {
    const { models: usable, outdated } = modelsIn(this.#options.folder);
    const old = outdated.map((each) => ({ ...modelOf(each), outdated: URI.file(each.source).toString() }));
    return [...usable.map(modelOf), ...old];
  }

  /** Rejects with a Refusal in words when it is no model that can be used. */
  async lookAt({ uri }: { readonly uri: string }): Promise<ModelOffer> {
    return this.#options.packer.look(pathOf(uri));
  }

  /** Null when it was cancelled: then nothing of it stays. Rejects with a Refusal in words. */
  async import({ uri, bits, id }: ImportModelParams, token: CancellationToken): Promise<Model | null> {
    const end = new AbortController();
    const listening = token.onCancellationRequested(() => end.abort());
    if (token.isCancellationRequested) end.abort();
    try {
      const { packer, progress } = this.#options;
      const hear = (done: number, total: number) => progress(done / total);
      const model = await packer.import({ path: pathOf(uri), bits, id }, hear, end.signal);
      if (model === null) return null;
      await this.#options.changed();
      return modelOf(model);
    } finally {
      listening.dispose();
    }
  }

  /** Rejects with a Refusal in words. */
  async remove({ id }: { readonly id: string }): Promise<null> {
    const { packer, changed, warn } = this.#options;
    await packer.forget(id);
    await changed();
    // Windows keeps files as long as they are open: the engine has let go of them now. Who cannot clear them leaves that to the next change.
    await packer.clear().catch((error: unknown) => warn(`Clearing a model away: ${error}`));
    return null;
  }
}

function modelOf({
  id,
  title,
  bytes,
  parameters,
  precision,
}: Omit<Model, "bits"> & { readonly precision: string }): Model {
  const bits = precision === "q8" ? 8 : precision === "q4" ? 4 : 32;
  return { id, title, bytes, parameters, bits };
}

function pathOf(uri: string): string {
  const { scheme, fsPath } = URI.parse(uri);
  if (scheme !== "file") throw new Refusal("a model is imported from this disk; copy it there first");
  return fsPath;
}
