// Gives memory that the C library has kept after it was freed back to the system.
import { createRequire } from "node:module";

/** Where nothing has to be asked. */
const nothing = () => undefined;

/**
 * The GNU C library gives freed memory back from the end of its heap only; what lies before a small block that lives on stays with the
 * process until it is asked, which takes a millisecond. Others give it back by themselves.
 * @param trouble hears why it cannot be asked, where it should be
 * @returns what asks it
 */
export function openTrim(trouble: (message: string) => void): () => void {
  if (process.platform !== "linux") return nothing;
  try {
    // By its CommonJS side: the other one needs a newer Node than the oldest editor that we run in has.
    const koffi = createRequire(import.meta.url)("koffi") as typeof import("koffi");
    const trim = koffi.load("libc.so.6").func("int malloc_trim(size_t pad)");
    return () => void trim(0);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split("\n", 1)[0] : String(error);
    trouble(
      `memory that is free again is kept (${reason}). Install Coterie's package for ${process.platform}-${process.arch} again.`,
    );
    return nothing;
  }
}
