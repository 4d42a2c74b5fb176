// Messages about who can answer: experts that are added and removed, models that are imported, keys of other machines.
import { NotificationType, RequestType } from "vscode-languageserver-protocol";

/** An expert as it is listed to the user. */
export interface Expert {
  readonly id: string;
  readonly title: string;
  /** Whether the user has added it, so that it can be removed; else it ships with Coterie. */
  readonly added: boolean;
}

/** Client -> server: which experts there are. */
export const experts = new RequestType<null, readonly Expert[], void>("coterie/experts");

export interface AddExpertParams {
  /** URI of the folder that holds the pack: its expert.json and weights. It is copied. */
  readonly uri: string;
}

export interface AddExpertResult extends Expert {
  /** How many rules it brings. */
  readonly rules: number;
}

/** Client -> server: add an expert for this user. Answered when it can be asked; refused in words that say what to do. */
export const addExpert = new RequestType<AddExpertParams, AddExpertResult, void>("coterie/addExpert");

/** Client -> server: remove an expert that the user has added. Refused in words that say what to do. */
export const removeExpert = new RequestType<{ readonly id: string }, null, void>("coterie/removeExpert");

/** A model that the user has imported. Sizes in bytes. */
export interface Model {
  readonly id: string;
  readonly title: string;
  readonly bytes: number;
  readonly parameters: number;
  /** Of a weight. */
  readonly bits: 4 | 8 | 32;
  /**
   * URI of what it was imported from, where another version of Coterie has compiled it: it has to be compiled again before it can
   * be asked.
   */
  readonly outdated?: string;
}

/** What an import would make, before anything is compiled. */
export interface ModelOffer {
  readonly title: string;
  /** The id that it would get. */
  readonly id: string;
  readonly family: string;
  readonly layers: number;
  readonly parameters: number;
  /** Whether its vocabulary has tokens for filling in the middle. */
  readonly infills: boolean;
  /** Whether it can be asked for more than completions. */
  readonly chats: boolean;
  /** The memory of this machine, bytes. */
  readonly machine: number;
  /** What it would take, bytes. */
  readonly choices: readonly { readonly bits: Model["bits"]; readonly disk: number; readonly memory: number }[];
}

/** Whether a machine will hardly have room for so much memory beside all else that runs there. Bytes. */
export const hardlyFits = (memory: number, machine: number) => memory > 0.75 * machine;

/** Client -> server: which models the user has. */
export const models = new RequestType<null, readonly Model[], void>("coterie/models");

/** Client -> server: what importing this file or folder would take. Refused in words when it cannot be used. */
export const lookAtModel = new RequestType<{ readonly uri: string }, ModelOffer, void>("coterie/lookAtModel");

export interface ImportModelParams {
  readonly uri: string;
  readonly bits: Model["bits"];
  readonly id: string;
}

/** Client -> server: compile a model of the user's. Null when the request was cancelled: then nothing of it stays. */
export const importModel = new RequestType<ImportModelParams, Model | null, void>("coterie/importModel");

/** Server -> client: how much of the import that is under way is done, from 0 to 1. */
export const importProgress = new NotificationType<{ readonly share: number }>("coterie/importProgress");

/** Client -> server: remove a model of the user's. Refused in words that say what to do. */
export const removeModel = new RequestType<{ readonly id: string }, null, void>("coterie/removeModel");

/** Server -> client: the key that the editor keeps for an expert on another machine, or null. */
export const remoteKey = new RequestType<{ readonly id: string }, string | null, void>("coterie/remoteKey");
