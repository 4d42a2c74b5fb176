// Names of files that hold secrets. No setting lifts this list.
import { matchesGlob } from "./glob.ts";

const files = [
  ".env*",
  "*.env",
  "*.{key,pem,p12,pfx,crt,jks,keystore,ppk,gpg,token,secret,secrets}",
  "*.sqlite*",
  "auth.json",
  "{id_rsa,id_dsa,id_ecdsa,id_ed25519}*",
  "{.netrc,_netrc,.pgpass,.htpasswd,.npmrc,.pypirc,.git-credentials}",
];

/** Folders that hold nothing but secrets wherever they are. */
const folders = new Set([".git", ".aws", ".gcp", ".azure", ".kube", ".docker", ".ssh", ".gnupg"]);
/** Folders with everyday names: they count below a workspace folder, not above it. */
const everyday = new Set(["secrets", "certs", "keys"]);

/**
 * What makes a path secret, in words, or null. `path` with "/"; `below` is the part of it inside the workspace folder, or
 * the whole path where there is none. Letters' case does not count, since file systems may fold it.
 */
export function secretIn(path: string, below: string): string | null {
  // On Windows what follows a colon is a part of the same file, elsewhere of its name.
  const bare = (text: string) => text.replace(/:[^/]*/g, "");
  return listed(path, below) ?? listed(bare(path), bare(below));
}

function listed(path: string, below: string): string | null {
  const parts = steps(path);
  const name = parts.pop() ?? "";
  const glob = files.find((one) => matchesGlob(one, name));
  if (glob) return `files named ${glob} may hold secrets`;
  const folder =
    parts.find((part) => folders.has(part)) ??
    steps(below)
      .slice(0, -1)
      .find((part) => everyday.has(part));
  return folder ? `files in a folder ${folder} may hold secrets` : null;
}

/** The path's names as the laxest file system compares them: Windows drops dots and blanks at a name's end. */
function steps(path: string): string[] {
  return path
    .split("/")
    .filter((part) => part !== "")
    .map((part) => part.normalize("NFKC").toLowerCase())
    .map((part) => part.replace(/[. ]+$/, ""));
}
