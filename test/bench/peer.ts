// What every engine under measurement can do. One process holds one of them, at one number of threads.

export interface Generated {
  readonly promptTokens: number;
  readonly newTokens: number;
}

export interface Peer {
  /** Greedy tokens after a text; what was read before of the same text is not read again. */
  generate(text: string, tokens: number): Promise<Generated>;
  /** The same; our engine guesses tokens and checks several in a run, as in the product. */
  guess(text: string, tokens: number): Promise<Generated>;
  /** The completion that an editor asks for after a key: the last token, perhaps half-typed, is chosen anew. */
  complete(text: string, tokens: number): Promise<Generated>;
  /** What comes next is read from its start. */
  forget(): Promise<void>;
  /** The first token of another expert (for a peer: of another model) after a text that has been read. */
  changeExpert(text: string): Promise<void>;
  /** Starts to read a text that is new, and ends when `signal` comes or the first token is there. */
  read(text: string, signal: AbortSignal): Promise<void>;
}

/** What the parent tells a process about the engine that it is to hold. */
export interface PeerOptions {
  readonly engine: "coterie" | "llama";
  readonly threads: number;
  /** Folder of compiled parts, or a GGUF. */
  readonly model: string;
  /** For our engine. */
  readonly worker: string;
  readonly contextTokens: number;
  readonly cacheBytes: number;
}
