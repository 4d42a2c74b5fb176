// How much memory weights take, computed from the sizes of compiled parts.

import { join } from "node:path";
import { partBytes } from "../../server/engine/experts.ts";
import { readPart } from "../../server/engine/session.ts";

/** Bytes of backbone, head and one expert; every expert of a backbone has the same shapes, so the same size. */
export interface Parts {
  readonly backbone: number;
  readonly head: number;
  readonly expert: number;
}

export async function partsIn(model: string): Promise<Parts> {
  const bytes = async (id: string) => partBytes((await readPart(join(model, id))).files);
  return { backbone: await bytes("backbone"), head: await bytes("head"), expert: await bytes("general") };
}

/** Bytes of `experts` experts on one backbone, and of as many full models, each compiled by itself. */
export function memoryOfTeam(
  { backbone, head, expert }: Parts,
  experts: number,
): { readonly team: number; readonly models: number } {
  return { team: backbone + head + experts * expert, models: experts * (backbone + head + expert) };
}
