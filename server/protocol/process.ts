// How whoever starts the server's process has to start it.

/**
 * Added to the process's environment. Unless it is told to keep some, the GNU C library gives freed memory back at once and asks for it
 * again with the next layer, which took a quarter of the time at 1,000 tokens: it may keep 8 MB. From 2 MB on a block is a
 * mapping of its own: what is kept long would tear the heap into pieces that nothing else fits in. All threads share one heap: what
 * one of them needs no more another one uses, 6 MB less in all. Other libraries ignore this.
 */
export const environment = {
  MALLOC_TRIM_THRESHOLD_: "8388608",
  MALLOC_MMAP_THRESHOLD_: "2097152",
  MALLOC_ARENA_MAX: "1",
} as const;
