// Reads GGUF files: the header with every number checked against the file before it is used, then rows by position.
// An own reader, because @huggingface/gguf is made for ranges over HTTP and believes the header's counts and lengths.
import { closeSync, fstatSync } from "node:fs";
import { Cursor, openToRead, readAt, WeightsError } from "./cursor.ts";
import { blockType } from "./quantize.ts";
import type { Source, Tensor } from "./source.ts";

export type Value = number | boolean | string | readonly number[] | readonly boolean[] | readonly string[];

// The largest vocabularies with their merges take about 15 MiB.
const MAX_HEADER = 64 << 20;
const MAX_ENTRIES = 1 << 16;
const MAX_DIMENSIONS = 4;
const MAGIC = 0x46554747;

const STRING = 8;
const ARRAY = 9;
// Bytes that one value of each metadata type takes at least.
const SIZES = [1, 1, 2, 2, 4, 4, 4, 1, 8, 12, 8, 8, 8];

/** An open GGUF file. `read` stays valid until `close`. */
export class Gguf implements Source {
  /** What messages call it. */
  readonly path: string;
  readonly metadata: ReadonlyMap<string, Value>;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly #fd: number;

  private constructor(path: string, fd: number, header: Header) {
    this.path = path;
    this.#fd = fd;
    this.metadata = header.metadata;
    this.tensors = header.tensors;
  }

  /**
   * Opens `path` and checks its whole header. Throws WeightsError, its message led by the path, or by the name it is `known`
   * by to the user. `limit`: most bytes of the header.
   */
  static open(path: string, { known = path, limit = MAX_HEADER } = {}): Gguf {
    const fd = openToRead(path, known);
    try {
      return new Gguf(known, fd, readHeader(fd, limit));
    } catch (error) {
      closeSync(fd);
      if (error instanceof WeightsError) throw new WeightsError(`${known}: ${error.message}`);
      throw error;
    }
  }

  get interleaved(): boolean {
    return this.metadata.get("general.architecture") === "llama";
  }

  read(tensor: Tensor, first: number, count: number): Uint8Array {
    const row = tensor.bytes / tensor.rows;
    return readAt(this.#fd, row * count, tensor.offset + row * first);
  }

  close(): void {
    closeSync(this.#fd);
  }
}

interface Header {
  readonly metadata: ReadonlyMap<string, Value>;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

function readHeader(fd: number, limit: number): Header {
  const size = fstatSync(fd).size;
  const cursor = new Cursor(fd, size, limit);
  if (size < 24 || cursor.u32("magic") !== MAGIC) {
    throw new WeightsError("not a GGUF file; give the path of a GGUF model, or fetch the file again");
  }
  const version = cursor.u32("version");
  if (version !== 2 && version !== 3) {
    throw new WeightsError(`GGUF version ${version} is not supported (2 and 3 are); convert the model again`);
  }
  const tensorCount = count(cursor, "tensors", 24);
  const entryCount = count(cursor, "metadata entries", 13);
  const metadata = new Map<string, Value>();
  for (let i = 0; i < entryCount; i++) {
    const key = cursor.string("a metadata key");
    if (metadata.has(key)) throw new WeightsError(`broken header: ${shown(key)} appears twice; fetch the file again`);
    metadata.set(key, readValue(cursor, cursor.u32(shown(key)), shown(key)));
  }
  const tensors = new Map<string, Tensor>();
  for (let i = 0; i < tensorCount; i++) {
    const tensor = readTensor(cursor);
    if (tensors.has(tensor.name)) {
      throw new WeightsError(`broken header: tensor ${shown(tensor.name)} appears twice; fetch the file again`);
    }
    tensors.set(tensor.name, tensor);
  }
  return { metadata, tensors: place(tensors, alignment(metadata), cursor.position, size) };
}

function count(cursor: Cursor, what: string, each: number): number {
  const value = cursor.u64(`the number of ${what}`);
  if (value > MAX_ENTRIES) {
    throw new WeightsError(`broken header: ${value} ${what}, more than ${MAX_ENTRIES}; fetch the file again`);
  }
  cursor.expect(value, each, `${value} ${what}`);
  return value;
}

function readValue(cursor: Cursor, type: number, what: string): Value {
  if (type !== ARRAY) return readScalar(cursor, type, what);
  const element = cursor.u32(what);
  const length = cursor.u64(what);
  const size = SIZES[element];
  if (size === undefined || element === ARRAY) {
    throw new WeightsError(`broken header: ${what} is an array of unknown type ${element}; fetch the file again`);
  }
  cursor.expect(length, size, what);
  const values: (number | boolean | string)[] = [];
  for (let i = 0; i < length; i++) values.push(readScalar(cursor, element, what));
  return values as Value;
}

function readScalar(cursor: Cursor, type: number, what: string): number | boolean | string {
  switch (type) {
    case 0:
      return cursor.u8(what);
    case 1:
      return cursor.i8(what);
    case 2:
      return cursor.u16(what);
    case 3:
      return cursor.i16(what);
    case 4:
      return cursor.u32(what);
    case 5:
      return cursor.i32(what);
    case 6:
      return cursor.f32(what);
    case 7:
      return cursor.u8(what) !== 0;
    case STRING:
      return cursor.string(what);
    case 10:
      return cursor.u64(what);
    case 11:
      return cursor.i64(what);
    case 12:
      return cursor.f64(what);
    default:
      throw new WeightsError(`broken header: ${what} has unknown type ${type}; fetch the file again`);
  }
}

/** A tensor as its table entry states it: `offset` still counts from the start of the data. */
function readTensor(cursor: Cursor): Tensor {
  const name = cursor.string("a tensor's name");
  const what = `tensor ${shown(name)}`;
  const dimensions = cursor.u32(what);
  if (dimensions < 1 || dimensions > MAX_DIMENSIONS) {
    throw new WeightsError(`broken header: ${what} has ${dimensions} dimensions; fetch the file again`);
  }
  const columns = cursor.u64(what);
  let rows = 1;
  for (let i = 1; i < dimensions; i++) rows *= cursor.u64(what);
  const type = blockType(cursor.u32(what), what);
  const offset = cursor.u64(what);
  const bytes = ((rows * columns) / type.values) * type.bytes;
  if (rows < 1 || columns < 1 || columns % type.values !== 0 || !Number.isSafeInteger(bytes)) {
    throw new WeightsError(
      `broken header: ${what} is said to be ${rows} x ${columns} ${type.name}; fetch the file again`,
    );
  }
  return { name, type, rows, columns, offset, bytes };
}

function alignment(metadata: ReadonlyMap<string, Value>): number {
  const value = metadata.get("general.alignment") ?? 32;
  if (typeof value === "number" && value >= 8 && value <= 1 << 16 && Number.isInteger(Math.log2(value))) return value;
  throw new WeightsError(`broken header: general.alignment is ${value}; fetch the file again`);
}

/** Turns offsets into file positions; they must be aligned, inside the file and apart from each other. */
function place(tensors: Map<string, Tensor>, align: number, headerEnd: number, size: number): Map<string, Tensor> {
  const start = Math.ceil(headerEnd / align) * align;
  const sorted = [...tensors.values()].sort((a, b) => a.offset - b.offset);
  let end = 0;
  for (const { name, offset, bytes } of sorted) {
    if (offset % align !== 0 || offset < end) {
      throw new WeightsError(
        `broken header: tensor ${shown(name)} is misaligned or overlaps another one; fetch the file again`,
      );
    }
    end = offset + bytes;
  }
  if (start + end > size) {
    throw new WeightsError(`cut short: expected ${start + end} bytes, found ${size}; fetch the file again`);
  }
  return new Map(sorted.map((tensor) => [tensor.name, { ...tensor, offset: start + tensor.offset }]));
}

/** A name out of a file, made fit for a one-line message. */
function shown(name: string): string {
  return JSON.stringify(name.length > 80 ? `${name.slice(0, 80)}...` : name);
}
