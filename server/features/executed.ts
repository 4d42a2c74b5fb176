// workspace/executeCommand: explaining, documenting and calculating for editors without an extension of ours.
import type { CancellationToken, Connection } from "vscode-languageserver";
import { calculateSchema, documentSchema, executedSchema, explainSchema } from "../incoming.ts";
import { Refusal } from "../packs/refusal.ts";
import type { Documentation } from "../protocol.ts";
import type { Calculations } from "./calculate.ts";
import type { Commands } from "./commands.ts";

/** Each takes one argument: the parameters of the request of the same name, see protocol.ts. */
export const executable = ["coterie.server.explain", "coterie.server.document", "coterie.server.calculate"] as const;

export class Executed {
  readonly #commands: Pick<Commands, "explain" | "document">;
  readonly #calculations: Pick<Calculations, "calculate">;

  constructor(commands: Pick<Commands, "explain" | "document">, calculations: Pick<Calculations, "calculate">) {
    this.#commands = commands;
    this.#calculations = calculations;
  }

  /** Answers the request. `fenced` runs it so that whatever goes wrong in it ends there, in words. */
  serve(connection: Connection, fenced: <T>(what: string, run: () => T | Promise<T>) => Promise<unknown>): void {
    connection.onExecuteCommand((params: unknown, token) =>
      fenced("A command failed", () => this.#execute(params, connection, token)),
    );
  }

  async #execute(params: unknown, connection: Connection, token: CancellationToken): Promise<unknown> {
    const { command, arguments: given } = executedSchema.parse(params);
    switch (command) {
      case "coterie.server.explain":
        return this.#commands.explain(explainSchema.parse(given[0]), token);
      case "coterie.server.calculate":
        return this.#calculations.calculate(calculateSchema.parse(given[0]), token);
      case "coterie.server.document": {
        const asked = documentSchema.parse(given[0]);
        const done = await this.#commands.document(asked, token);
        if (done.edits.length > 0) await put(connection, asked.uri, done);
        return done;
      }
      default:
        throw new Refusal(`There is no command ${command}: there are ${executable.join(", ")}.`);
    }
  }
}

/** Lets the editor put the comment in, as one edit that undo takes back. Rejects with a Refusal where it does not. */
async function put(connection: Connection, uri: string, { edits, version, expert }: Documentation): Promise<void> {
  const { applied, failureReason } = await connection.workspace.applyEdit({
    label: `A comment by ${expert}`,
    edit: { documentChanges: [{ textDocument: { uri, version }, edits: [...edits] }] },
  });
  if (!applied) throw new Refusal(`The editor did not take the comment${failureReason ? `: ${failureReason}` : ""}.`);
}
