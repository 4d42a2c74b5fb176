// A folder that somebody offers as a pack: only its expert.json and its weights are read, with limits and through no link.
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { knownExperts, type Pack, readPack } from "../experts.ts";
import { mostBytes } from "../json.ts";
import { type AddedPack, readAddedPack, sharesWeights } from "../model/pack.ts";
import { Refusal } from "./refusal.ts";

/** Largest weights that are taken, bytes: six layers of a model with a billion parameters at 8 bits are smaller. */
const mostWeights = 1 << 30;

export interface Offer {
  readonly folder: string;
  /** What stands in its expert.json. */
  readonly text: string;
  readonly pack: AddedPack;
  readonly about: Pack;
}

/** Reads and checks the expert.json of a folder. Throws Refusal, or WeightsError when it does not describe an expert. */
export function readOffer(folder: string): Offer {
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new Refusal(`${folder} is no folder; name the folder that holds the expert's expert.json and weights`);
  }
  const file = join(folder, "expert.json");
  const text = readDescription(file);
  const { pack: about, problems } = readPack(text, knownExperts);
  const wrong = problems.find(({ severity }) => severity === "error");
  if (wrong || !about)
    throw new Refusal(`${file}: ${wrong?.message ?? "describes no expert"} Correct it and try again`);
  if (sharesWeights(folder, text)) {
    throw new Refusal(`${file}: its weights are those of the backbone, which are here already; name a file of its own`);
  }
  const pack = readAddedPack(folder, text);
  if (pack.weights.bytes > mostWeights) {
    throw new Refusal(
      `${file}: weights of ${pack.weights.bytes} bytes are too large; at most ${mostWeights} are taken`,
    );
  }
  return { folder, text, pack, about };
}

/**
 * Copies an offer's weights into the folder `to` and checks the size and digest of what was copied, so that what is checked is
 * what is used. Throws Refusal.
 */
export function copyWeights({ folder, pack }: Offer, to: string): void {
  const { file, bytes, sha256 } = pack.weights;
  const from = openFile(join(folder, file));
  const into = openSync(join(to, file), "wx");
  try {
    const { size } = fstatSync(from);
    if (size !== bytes) {
      const what = size < bytes ? "cut short" : "too long";
      throw new Refusal(
        `${join(folder, file)}: ${what}, expert.json says ${bytes} bytes, found ${size}; fetch the pack again`,
      );
    }
    const hash = createHash("sha256");
    const piece = new Uint8Array(1 << 20);
    for (let done = 0; done < bytes; ) {
      const got = readSync(from, piece, 0, Math.min(piece.length, bytes - done), done);
      if (got === 0) throw new Refusal(`${join(folder, file)}: became shorter while it was read; try again`);
      hash.update(piece.subarray(0, got));
      for (let written = 0; written < got; ) written += writeSync(into, piece, written, got - written);
      done += got;
    }
    const found = hash.digest("hex");
    if (found === sha256) return;
    throw new Refusal(
      `${join(folder, file)}: its SHA-256 is ${found}, expert.json says ${sha256}; fetch the pack again`,
    );
  } finally {
    closeSync(from);
    closeSync(into);
  }
}

function readDescription(file: string): string {
  const from = openFile(file);
  try {
    const bytes = Buffer.alloc(mostBytes + 1);
    let length = 0;
    for (;;) {
      const got = readSync(from, bytes, length, bytes.length - length, null);
      length += got;
      if (got === 0 || length === bytes.length) break;
    }
    if (length > mostBytes) {
      throw new Refusal(`${file} is larger than ${mostBytes / 1024} KB; shorten it and try again`);
    }
    return bytes.toString("utf8", 0, length).replace(/^\ufeff/, "");
  } finally {
    closeSync(from);
  }
}

/** Opens a plain file for reading; not a link, which might lead out of the folder, nor a pipe, which might never end. */
function openFile(path: string): number {
  const stat = lstatSync(path, { throwIfNoEntry: false });
  if (!stat) throw new Refusal(`${path} is missing; name a folder that holds the whole pack`);
  if (stat.isSymbolicLink()) throw new Refusal(`${path} is a link; put the file itself into the folder`);
  if (!stat.isFile()) throw new Refusal(`${path} is no file; name a folder that holds the whole pack`);
  // Both flags are missing on Windows, where links need rights of their own.
  return openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
}
