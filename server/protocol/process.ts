// How whoever starts the server's process has to start it.

/**
 * Added to the process's environment. Unless it is told to keep some, the GNU C library gives freed memory back at once and asks for it
 * again with the next layer, which took a quarter of the time at 1,000 tokens; and larger blocks are mappings of their own, each page of
 * which the system clears anew, a fifth of a change of expert at 2,000 tokens. It may keep 32 MB, of blocks of any size that a run needs;
 * the engine has it give all back when it rests (engine/heap.ts). All threads share one heap: what one of them needs no more another one
 * uses, 6 MB less in all. Other libraries ignore this.
 */
export const environment = {
  MALLOC_TRIM_THRESHOLD_: "33554432",
  MALLOC_MMAP_THRESHOLD_: "33554432",
  MALLOC_ARENA_MAX: "1",
} as const;
