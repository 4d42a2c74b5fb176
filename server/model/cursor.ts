// Reads little-endian numbers and strings from the start of a file through a small window, never beyond its end.
import { openSync, readSync } from "node:fs";

/** The weights file is not usable; the message is one line that says what is wrong and what to do. */
export class WeightsError extends Error {
  override readonly name = "WeightsError";
}

/** Opens a file to be read. Throws WeightsError, led by the name that the user knows it by. */
export function openToRead(path: string, known = path): number {
  try {
    return openSync(path, "r");
  } catch (error) {
    throw new WeightsError(`${known}: ${whyUnread(error)}`);
  }
}

/** Why a file cannot be read and what to do, in words, from what the system says. */
export function whyUnread(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "ENOENT") return "there is no such file; fetch it again or correct the path";
  if (code === "EACCES" || code === "EPERM") return "it may not be read; change its permissions and try again";
  return `it cannot be read (${message}); fetch it again or correct the path`;
}

const WINDOW = 1 << 16;

/** Reads exactly `length` bytes at `position` (both in bytes) or throws: no short reads. */
export function readAt(fd: number, length: number, position: number): Uint8Array {
  const bytes = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const got = readSync(fd, bytes, filled, length - filled, position + filled);
    if (got === 0)
      throw new WeightsError(`cut short: nothing to read at byte ${position + filled}; fetch the file again`);
    filled += got;
  }
  return bytes;
}

export class Cursor {
  /** Byte position in the file of the next read. */
  position = 0;
  readonly #fd: number;
  readonly #end: number;
  readonly #total: number;
  #window: Uint8Array = new Uint8Array(0);
  #windowStart = 0;

  /** Reads of `fd` stop at `limit` bytes, or at the file's own `size` where that is smaller. */
  constructor(fd: number, size: number, limit: number) {
    this.#fd = fd;
    this.#end = Math.min(size, limit);
    this.#total = size;
  }

  /** Throws unless `count` things of at least `each` bytes can still follow; call it before allocating for them. */
  expect(count: number, each: number, what: string): void {
    const left = this.#end - this.position;
    if (count * each <= left) return;
    const why = this.#end < this.#total ? "more than a header can hold" : `but only ${left} bytes are left`;
    throw new WeightsError(
      `broken header: ${what} needs ${count * each} bytes at byte ${this.position}, ${why}; fetch the file again`,
    );
  }

  u8(what: string): number {
    return this.#view(1, what).getUint8(0);
  }
  i8(what: string): number {
    return this.#view(1, what).getInt8(0);
  }
  u16(what: string): number {
    return this.#view(2, what).getUint16(0, true);
  }
  i16(what: string): number {
    return this.#view(2, what).getInt16(0, true);
  }
  u32(what: string): number {
    return this.#view(4, what).getUint32(0, true);
  }
  i32(what: string): number {
    return this.#view(4, what).getInt32(0, true);
  }
  f32(what: string): number {
    return this.#view(4, what).getFloat32(0, true);
  }
  f64(what: string): number {
    return this.#view(8, what).getFloat64(0, true);
  }
  u64(what: string): number {
    return safe(this.#view(8, what).getBigUint64(0, true), what);
  }
  i64(what: string): number {
    return safe(this.#view(8, what).getBigInt64(0, true), what);
  }
  /** A 64-bit length in bytes, then UTF-8. */
  string(what: string): string {
    const length = this.u64(what);
    this.expect(length, 1, what);
    return new TextDecoder().decode(this.#bytes(length));
  }

  #view(length: number, what: string): DataView {
    this.expect(length, 1, what);
    const bytes = this.#bytes(length);
    return new DataView(bytes.buffer, bytes.byteOffset, length);
  }

  #bytes(length: number): Uint8Array {
    const start = this.position - this.#windowStart;
    if (start + length > this.#window.length) {
      this.#windowStart = this.position;
      const span = Math.max(length, Math.min(WINDOW, this.#end - this.position));
      this.#window = readAt(this.#fd, span, this.position);
      this.position += length;
      return this.#window.subarray(0, length);
    }
    this.position += length;
    return this.#window.subarray(start, start + length);
  }
}

function safe(value: bigint, what: string): number {
  const number = Number(value);
  if (Number.isSafeInteger(number)) return number;
  throw new WeightsError(`broken header: ${what} is ${value}, which no file can hold; fetch the file again`);
}
