// Calls between two threads: each side names what it answers; a fault on one side is told on the other.

export interface Port {
  postMessage(message: unknown): void;
  on(event: "message", hear: (message: unknown) => void): unknown;
}

type Handlers = Readonly<Record<string, (...values: never[]) => unknown>>;

type Message =
  | { readonly kind: "call"; readonly id: number; readonly name: string; readonly values: readonly unknown[] }
  | { readonly kind: "answer"; readonly id: number; readonly value: unknown }
  | { readonly kind: "fault"; readonly id: number; readonly message: string; readonly refused: boolean };

/** A fault that the user can do something about, told in words. */
export class PlanRefusal extends Error {}

export class Link {
  readonly #port: Port;
  readonly #waiting = new Map<number, { resolve(value: unknown): void; reject(error: Error): void }>();
  #last = 0;

  constructor(port: Port, handlers: Handlers) {
    this.#port = port;
    port.on("message", (message) => void this.#hear(message as Message, handlers));
  }

  call<T>(name: string, ...values: readonly unknown[]): Promise<T> {
    const id = ++this.#last;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject });
      this.#port.postMessage({ kind: "call", id, name, values } satisfies Message);
    });
  }

  /** The other side is gone: nothing that waits for it will be answered. */
  end(why: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(why));
    this.#waiting.clear();
  }

  async #hear(message: Message, handlers: Handlers): Promise<void> {
    if (message.kind === "call") {
      const { id, name, values } = message;
      try {
        const handler = handlers[name];
        if (!handler) throw new Error(`nobody answers ${name}`);
        const value = await handler(...(values as never[]));
        this.#port.postMessage({ kind: "answer", id, value } satisfies Message);
      } catch (error) {
        const refused = error instanceof PlanRefusal;
        const said =
          error instanceof Error ? (refused ? error.message : (error.stack ?? error.message)) : String(error);
        this.#port.postMessage({ kind: "fault", id, message: said, refused } satisfies Message);
      }
      return;
    }
    const waiting = this.#waiting.get(message.id);
    this.#waiting.delete(message.id);
    if (message.kind === "answer") waiting?.resolve(message.value);
    else waiting?.reject(message.refused ? new PlanRefusal(message.message) : new Error(message.message));
  }
}
