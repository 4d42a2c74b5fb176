// Loads one compiled part and runs its graph. The only file that knows onnxruntime.
import { createHash } from "node:crypto";
import { closeSync, openSync, readSync } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { InferenceSession, Tensor } from "onnxruntime-node";
import { type Part, partSchema } from "../model/manifest.ts";
import { switchOffTelemetry } from "./telemetry.ts";

export interface Session {
  readonly part: Part;
  readonly folder: string;
  run(feeds: Feeds, fetches: readonly string[]): Promise<Record<string, Values>>;
}

/** Numbers of a tensor: float32, or float16 as bits. */
export type Values = Float32Array | Uint16Array;

/** Tensors by input name. A tensor is a view: it may be kept and run again as long as its array stays. */
export type Feeds = Record<string, Tensor>;

/** Makes input tensors; separate from a session, so that they can be shared between sessions. */
export interface Runtime {
  tensor(data: Values | BigInt64Array, dims: readonly number[]): Tensor;
  /**
   * Loads the part in `folder` after checking every file's digest.
   * @throws Error in words when a file is missing, cut short or changed; `repair` says what to do about it.
   */
  load(folder: string, threads: number, repair?: string): Promise<Session>;
}

/** @throws Error in words when the native runtime cannot be loaded on this machine, or would report to its maker. */
export async function openRuntime(): Promise<Runtime> {
  switchOffTelemetry();
  // Where Node has this type (from 24 on) the package wants float16 in it, but its native part does not know it.
  Reflect.deleteProperty(globalThis, "Float16Array");
  const ort = await import("onnxruntime-node").catch((error: unknown) => {
    throw new Error(
      `the ONNX runtime for ${process.platform}-${process.arch} does not load (${firstLine(error)}). ` +
        (process.platform === "win32"
          ? `It needs the "Microsoft Visual C++ Redistributable" of this year: install that, then start the editor again.`
          : `Install Coterie's package for this platform again.`),
    );
  });
  return {
    tensor(data, dims) {
      if (data instanceof BigInt64Array) return new ort.Tensor("int64", data, dims);
      return data instanceof Uint16Array
        ? new ort.Tensor("float16", data, dims)
        : new ort.Tensor("float32", data, dims);
    },
    async load(folder, threads, repair = installAgain) {
      const part = await checkedPart(folder, repair);
      const native = await ort.InferenceSession.create(join(folder, "graph.onnx"), sessionOptions(part, threads));
      return { part, folder, run: (feeds, fetches) => run(native, feeds, fetches) };
    },
  };
}

const installAgain = `Run "npm run build" in a checkout, or install the extension again.`;

/** Reads and checks `part.json` without loading anything. */
export async function readPart(folder: string, repair = installAgain): Promise<Part> {
  const path = join(folder, "part.json");
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Error(`${path} cannot be read (${firstLine(error)}). ${repair}`);
  });
  try {
    return partSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(`${path} is not a part description (${firstLine(error)}). ${repair}`);
  }
}

/** The part of `folder`, once every file's size and SHA-256 is as written: a changed weight is not used. */
async function checkedPart(folder: string, repair: string): Promise<Part> {
  const part = await readPart(folder, repair);
  for (const [name, expected] of Object.entries(part.files)) {
    const path = join(folder, name);
    const info = await stat(path).catch(() => null);
    if (info === null) throw new Error(`${path} is missing. ${repair}`);
    if (info.size !== expected.bytes) {
      throw new Error(`${path} has ${info.size} bytes instead of ${expected.bytes}. ${repair}`);
    }
    if (sha256(path) !== expected.sha256) throw new Error(`${path} was changed (its digest differs). ${repair}`);
  }
  return part;
}

function sessionOptions({ kind }: Part, threads: number): InferenceSession.SessionOptions {
  return {
    executionProviders: ["cpu"],
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Shapes differ from run to run, so a recorded pattern would only hold memory.
    enableMemPattern: false,
    // An arena keeps what the widest run needed for good, and need not ask the system for it in every layer: with one the backbone
    // reads 2,000 tokens in two thirds of the time. Those of all experts would take 30 MB more at 1,000 tokens, 80 at 2,000.
    enableCpuMemArena: kind === "backbone",
    // Every session has a pool of its own. Within a run its threads spin, since waking them for every small product takes a
    // fifth of the time; when it ends they must stop, or they steal the cores from the next session and burn them when idle.
    extra: { session: { intra_op: { allow_spinning: "1" }, force_spinning_stop: "1" } },
  };
}

/** An output that is float32. @throws Error when it is not there, or of another type. */
export function float32(out: Record<string, Values>, name: string): Float32Array {
  const values = out[name];
  if (values instanceof Float32Array) return values;
  throw new Error(`the graph gave no float32 output ${name}`);
}

async function run(native: InferenceSession, feeds: Feeds, fetches: readonly string[]) {
  const outputs = await native.run(feeds, fetches);
  const arrays: Record<string, Values> = {};
  for (const name of fetches) {
    const data = outputs[name]?.data;
    if (!(data instanceof Float32Array || data instanceof Uint16Array)) {
      throw new Error(`the graph gave no float output ${name}`);
    }
    arrays[name] = data;
  }
  return arrays;
}

/** Reads through one small buffer: a stream's many would stay behind in the process's heap. */
function sha256(path: string): string {
  const hash = createHash("sha256");
  const file = openSync(path, "r");
  try {
    const buffer = Buffer.allocUnsafeSlow(1 << 18);
    for (let read = readSync(file, buffer); read > 0; read = readSync(file, buffer))
      hash.update(buffer.subarray(0, read));
  } finally {
    closeSync(file);
  }
  return hash.digest("hex");
}

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n", 1)[0] ?? "";
}
