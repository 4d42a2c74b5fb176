// Why an expert or a model is not added or removed, in one line that says what to do.
import { relative } from "node:path";
import { WeightsError } from "../model/cursor.ts";

/** What the user asked for cannot be done; the message is for the user. */
export class Refusal extends Error {
  override readonly name = "Refusal";
}

/** What the operating system says of a full disk or a forbidden file, about `what`, in words; other errors as they are. */
export function inWords(error: unknown, own: string, what = "the expert"): unknown {
  if (error instanceof WeightsError) return new Refusal(error.message);
  if (!(error instanceof Error)) return error;
  const { code, path, dest } = error as NodeJS.ErrnoException & { readonly dest?: string };
  const place = dest ?? path ?? own;
  switch (code) {
    case "ENOSPC":
    case "EDQUOT":
    case "EFBIG":
      return new Refusal(`there is not enough space for ${what} in ${own}; free some and try again`);
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new Refusal(`${place} may not be ${isIn(place, own) ? "written" : "read"}; change that and try again`);
    case "ENOTDIR":
    case "EEXIST":
    case "ENOTEMPTY":
      return new Refusal(`${place} cannot be made: something else of that name is in the way; move it and try again`);
    default:
      return error;
  }
}

function isIn(path: string, folder: string): boolean {
  return !relative(folder, path).startsWith("..");
}
