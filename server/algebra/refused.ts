// What is not calculated, and why.

/** What cannot be read or worked out, in words that say what to do. */
export class NotUnderstood extends Error {}
