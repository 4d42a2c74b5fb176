// Large arrays: where they lie, and how their memory is given back as soon as they are not needed.
import { MessageChannel } from "node:worker_threads";
import type { Values } from "./session.ts";

/**
 * Memory for an array that lives long. V8 maps what could be resized by itself, page by page as it is written, while other memory comes
 * from the C library's heap where that has a hole of the size: with all its pages, and in the way of what comes and goes there.
 * @param bytes how many; nothing is taken for those that are never written
 */
export function mapped(bytes: number): ArrayBuffer {
  return new ArrayBuffer(bytes, { maxByteLength: bytes });
}

/** A message that is sent here is dropped, with all that was moved into it. */
const nowhere = new MessageChannel().port1;
nowhere.close();

/**
 * Empties an array, whose memory is free for the next one then. V8, which sees but the few bytes that an array has in its own heap, would
 * collect it much later: 15 MB of them came together while 1,000 tokens were read, and stayed behind as holes.
 */
export function release({ buffer }: Values): void {
  nowhere.postMessage(null, [buffer as ArrayBuffer]);
}
