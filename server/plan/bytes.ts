// Bytes of a file <-> its text: what is not in the text (a byte order mark) is kept beside it.

export interface Decoded {
  readonly text: string;
  readonly bom: boolean;
}

const mark = "\ufeff";

/** @throws Error where the bytes are no UTF-8 text: they could not be written back as they were. */
export function decode(bytes: Uint8Array): Decoded {
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    throw new Error("it is not encoded as UTF-8");
  }
  if (text.includes("\0")) throw new Error("it holds NUL characters, so it looks like a binary file");
  return text.startsWith(mark) ? { text: text.slice(1), bom: true } : { text, bom: false };
}

export function encode({ text, bom }: Decoded): Buffer {
  return Buffer.from(bom ? mark + text : text, "utf8");
}
