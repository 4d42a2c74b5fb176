// A LanguageClient that pops nothing up and is given up when it does not start in time.
import { LanguageClient } from "vscode-languageclient/node";

/** Milliseconds until a server that does not answer `initialize` counts as crashed. */
const patience = 30_000;

/** Logs what the library would pop up: what the user must know is said by us, once and in words. */
export class QuietClient extends LanguageClient {
  override error(message: string, data?: unknown): void {
    // After a failed start the library tries to stop what does not run.
    if (message === "Stopping server failed") this.debug(message, data, false);
    else super.error(message, data, false);
  }
}

/** Starts a client; rejects when the server does not answer in time. */
export async function started(client: LanguageClient): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`it did not answer within ${patience / 1_000} s.`)), patience);
  });
  try {
    await Promise.race([client.start(), late]);
  } catch (error) {
    // Rejects, since there is nothing to say goodbye to; but it makes the library end the process.
    await client.stop().catch(() => undefined);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}
