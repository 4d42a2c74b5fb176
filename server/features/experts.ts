// coterie/experts, addExpert and removeExpert: the experts that there are, and those that come and go while the server runs.
import type { Connection } from "vscode-languageserver";
import { URI } from "vscode-uri";
import { addExpertSchema, removeExpertSchema } from "../incoming.ts";
import { Refusal } from "../packs/refusal.ts";
import type { Shelf } from "../packs/shelf.ts";
import {
  type AddExpertParams,
  type AddExpertResult,
  addExpert,
  type Expert,
  experts,
  removeExpert,
} from "../protocol/team.ts";
import type { Roster } from "../roster.ts";

export class Experts {
  readonly #roster: Roster;
  readonly #shelf: Shelf;

  constructor(roster: Roster, shelf: Shelf) {
    this.#roster = roster;
    this.#shelf = shelf;
  }

  /** Answers the requests about experts. `fenced` runs each so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onRequest(experts.method, () => fenced("Listing the experts failed", () => this.list()));
    connection.onRequest(addExpert.method, (params: unknown) =>
      fenced("Adding an expert failed", () => this.add(addExpertSchema.parse(params))),
    );
    connection.onRequest(removeExpert.method, (params: unknown) =>
      fenced("Removing an expert failed", () => this.remove(removeExpertSchema.parse(params))),
    );
  }

  list(): readonly Expert[] {
    return this.#roster.packs.map(({ id, title, added }) => ({ id, title, added }));
  }

  /** Settles when it can be asked. Rejects with a Refusal in words. */
  async add({ uri }: AddExpertParams): Promise<AddExpertResult> {
    const { scheme, fsPath } = URI.parse(uri);
    if (scheme !== "file") throw new Refusal("an expert is added from a folder on this disk; copy it there first");
    const { id, title, rules } = await this.#shelf.add(fsPath);
    await this.#look();
    return { id, title, added: true, rules };
  }

  /** Settles when nobody can be sent to it any more. Rejects with a Refusal in words. */
  async remove({ id }: { readonly id: string }): Promise<null> {
    await this.#shelf.remove(id);
    await this.#look();
    return null;
  }

  /** Does not wait for the watch on the folder. */
  async #look(): Promise<void> {
    this.#roster.reload();
    await this.#shelf.refresh();
  }
}
