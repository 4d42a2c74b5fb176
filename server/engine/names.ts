// Holds decoding to names that exist: a trie over their bytes, from the tokens so far to the tokens allowed next.
import type { Constraint, TokenIndex } from "./constraint.ts";
import type { Tokenizer } from "./tokenizer.ts";

interface Node {
  readonly next: Map<number, Node>;
  /** Whether a name ends here. */
  ends: boolean;
}

/**
 * After `typed`, see `healing`, decoding is held to one of `names`, whole; what follows a name begins with no letter of one, and
 * from there on everything is allowed.
 * @param names what is left of each behind `typed`; "" where it has been written already
 */
export function naming(
  typed: Uint8Array,
  names: readonly string[],
  tokenizer: Tokenizer,
  index: TokenIndex,
): Constraint {
  const root = trie(names);
  const wanted = Buffer.from(typed).toString("latin1");
  return (soFar) => {
    const written = Buffer.concat(soFar.map((id) => tokenizer.bytes(id)));
    if (written.length < wanted.length) {
      const left = wanted.length - written.length;
      const among = index.compatible(wanted.slice(written.length));
      return { among, isBarred: (id) => walk(root, tokenizer.bytes(id), left) === null };
    }
    const node = walk(root, written, wanted.length);
    if (node === "free") return null;
    const among = node === null ? [] : [...tokensAlong(node, "", index)];
    // The text may end behind a name.
    if (node?.ends) among.push(tokenizer.eos);
    return { among, isBarred: null };
  };
}

/** Tokens that lead from a node to another one, or behind a name. @param path the bytes that led to the node */
function* tokensAlong(node: Node, path: string, index: TokenIndex): Generator<number> {
  if (path !== "") yield* index.exactly(path);
  for (const [byte, next] of node.next) {
    const longer = path + String.fromCharCode(byte);
    if (index.any(longer)) yield* tokensAlong(next, longer, index);
  }
  if (!node.ends) return;
  for (let byte = 0; byte < 0x80; byte++) {
    if (!isOfName(byte) && !node.next.has(byte)) yield* index.beginning(path + String.fromCharCode(byte));
  }
}

function trie(names: readonly string[]): Node {
  const root: Node = { next: new Map(), ends: false };
  for (const name of names) {
    let node = root;
    for (const byte of Buffer.from(name)) {
      const known = node.next.get(byte);
      const next = known ?? { next: new Map(), ends: false };
      if (!known) node.next.set(byte, next);
      node = next;
    }
    node.ends = true;
  }
  return root;
}

/** Where the bytes from `from` on lead: to a node, behind a name ("free"), or nowhere (null). */
function walk(start: Node, bytes: Uint8Array, from: number): Node | "free" | null {
  let node = start;
  for (let at = from; at < bytes.length; at++) {
    const next = node.next.get(bytes[at]!);
    if (next === undefined) return node.ends && !isOfName(bytes[at]!) ? "free" : null;
    node = next;
  }
  return node;
}

/** Letters, digits, `_`, `$`, and whatever is not ASCII. */
function isOfName(byte: number): boolean {
  return byte >= 0x80 || /[\w$]/.test(String.fromCharCode(byte));
}
