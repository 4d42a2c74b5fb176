// Processes under measurement: each holds one engine and answers one question at a time.
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { environment } from "../../server/protocol/process.ts";

/** Starts a bundled process and waits until it says that it is ready. */
export async function start(bundle: string, options: object): Promise<ChildProcess> {
  // As the extension starts the server.
  const env = { ...process.env, ...environment };
  const child = fork(bundle, [JSON.stringify(options)], { execArgv: [], env, stdio: ["ignore", 2, 2, "ipc"] });
  await reply(child);
  return child;
}

/** @throws Error when the process ends instead of answering. */
export async function ask(child: ChildProcess, question: object): Promise<unknown> {
  const replied = reply(child);
  child.send(question);
  return replied;
}

export async function end(child: ChildProcess): Promise<void> {
  const exited = once(child, "exit");
  child.kill();
  await exited;
}

async function reply(child: ChildProcess): Promise<unknown> {
  const died = new AbortController();
  const exit = once(child, "exit", { signal: died.signal }).then(([code]) => {
    throw new Error(`an engine's process ended with ${code}, see above`);
  });
  try {
    const [message] = (await Promise.race([once(child, "message"), exit])) as [unknown];
    return message;
  } finally {
    died.abort();
    exit.catch(() => undefined);
  }
}
