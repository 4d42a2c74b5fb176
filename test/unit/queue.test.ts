// One at a time, completions before commands, a newer completion instead of an older one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Job, Queue } from "../../server/engine/queue.ts";

/** A job of `steps` steps that writes its name for each. */
function job(
  name: string,
  priority: Job["priority"],
  steps: number,
  log: string[],
  { goesOn = false, sequence = name } = {},
): Job & { done: Promise<void> } {
  let cancelled = false;
  let finish: () => void = () => undefined;
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    ...{ priority, goesOn, sequence, done },
    get isCancelled() {
      return cancelled;
    },
    cancel: () => {
      cancelled = true;
    },
    async step() {
      if (cancelled || steps-- === 0) {
        log.push(cancelled ? `${name} cancelled` : `${name} done`);
        finish();
        return true;
      }
      log.push(name);
      return false;
    },
  };
}

const nobody = { busy: () => undefined, idle: () => undefined };
const turn = () => new Promise(setImmediate);

test("a completion interrupts a command, which then goes on", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const command = job("command", "command", 6, log);
  queue.add(command);
  await turn();
  const before = log.length;
  assert.ok(before > 0 && before < 6);
  const completion = job("completion", "completion", 2, log);
  queue.add(completion);
  await command.done;
  const rest = log.slice(before);
  const start = rest.indexOf("completion");
  assert.ok(start <= 1, rest.join());
  assert.deepEqual(rest.slice(start, start + 3), ["completion", "completion", "completion done"]);
  assert.equal(log.filter((entry) => entry === "command").length, 6);
});

test("a newer completion takes the place of an older one", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const older = job("older", "completion", 100, log);
  const newer = job("newer", "completion", 1, log);
  queue.add(older);
  await turn();
  queue.add(newer);
  await newer.done;
  assert.deepEqual(log.slice(-3), ["older cancelled", "newer", "newer done"]);
});

test("commands run in the order they came", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const first = job("first", "command", 2, log);
  const second = job("second", "command", 1, log);
  queue.add(first);
  queue.add(second);
  await second.done;
  assert.deepEqual(log, ["first", "first", "first done", "second", "second done"]);
});

test("what can wait runs when there is nothing else, and a completion takes its place", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const idle = job("idle", "idle", 100, log);
  const command = job("command", "command", 2, log);
  queue.add(idle);
  queue.add(command);
  await command.done;
  while (log.at(-1) !== "idle") await turn();
  queue.add(job("completion", "completion", 1, log));
  await idle.done;
  const order = log.filter((entry, i) => entry !== log[i - 1]).join();
  // It has its turn at once, and takes no more.
  assert.match(order, /^(idle,)?command,command done,idle,idle cancelled$/);
});

test("what goes on from a completion takes nobody's place, and comes before what can wait", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const idle = job("idle", "idle", 100, log);
  queue.add(idle);
  await turn();
  const newer = job("newer", "completion", 2, log);
  queue.add(newer);
  const scoring = job("scoring", "completion", 1, log, { goesOn: true });
  queue.add(scoring);
  await scoring.done;
  const again = job("again", "idle", 3, log);
  queue.add(again);
  queue.add(job("scoring", "completion", 1, log, { goesOn: true }));
  await again.done;
  const order = log.filter((entry, i) => entry !== log[i - 1]).join();
  assert.equal(
    order,
    "idle,idle cancelled,newer,newer done,scoring,scoring done,scoring,scoring done,again,again done",
  );
});

test("what goes on ends a reading into its own sequence, and no other", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const reading = job("reading", "idle", 100, log, { sequence: "a" });
  queue.add(reading);
  await turn();
  const other = job("other", "completion", 1, log, { goesOn: true, sequence: "b" });
  queue.add(other);
  await other.done;
  assert.ok(!log.includes("reading cancelled"));
  queue.add(job("same", "completion", 1, log, { goesOn: true, sequence: "a" }));
  await reading.done;
  assert.equal(log.at(-1), "reading cancelled");
});

test("who is given up is told so at once, however many wait before", async () => {
  const log: string[] = [];
  const queue = new Queue(nobody);
  const first = job("first", "command", 50, log);
  const second = job("second", "command", 5, log);
  queue.add(first);
  queue.add(second);
  await turn();
  second.cancel();
  await second.done;
  assert.ok(!log.includes("first done"));
  await first.done;
});

test("who listens hears once that there is work, and once that there is none any more", async () => {
  const log: string[] = [];
  await new Promise<void>((resolve) => {
    const idle = () => {
      log.push("idle");
      resolve();
    };
    const queue = new Queue({ busy: () => log.push("busy"), idle });
    queue.add(job("first", "command", 1, log));
    queue.add(job("second", "command", 0, log));
  });
  assert.deepEqual(log, ["busy", "first", "first done", "second done", "idle"]);
});
