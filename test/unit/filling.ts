// Imports a model into the folder argv[2], on a disk that somebody else fills meanwhile; prints what the user is told and what is left.
import { existsSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { importModel } from "../../server/packs/importing.ts";

const [, , disk = "", model = ""] = process.argv;
const models = join(disk, "models");
const filler = join(disk, "filler");
let told = "nothing";

/** All but one block: the folder's own entries may still be written. */
function fill(): void {
  const { bavail, bsize } = statfsSync(disk);
  if (!existsSync(filler)) writeFileSync(filler, Buffer.alloc((bavail - 1) * bsize));
}

const places = { experts: join(disk, "none"), userExperts: join(disk, "experts"), userModels: models };
const take = (hear: () => void) => importModel({ path: model, bits: 8, id: "mine" }, places, hear);
try {
  take(fill);
} catch (error) {
  told = `${(error as Error).name}: ${(error as Error).message}`;
}
const left = existsSync(models) ? readdirSync(models) : [];
rmSync(filler, { force: true });
const { id } = take(() => undefined);
console.log(JSON.stringify({ told, left, again: id }));
