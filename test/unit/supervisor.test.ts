// The life of the server's process: crashes, restarts, and never two transitions at once. Servers here are scripted.
import assert from "node:assert/strict";
import { beforeEach, mock, test } from "node:test";
import { type Phase, Supervisor } from "../../src/supervisor.ts";

/** A supervisor whose servers start and stop when the test says so. */
class Stage {
  readonly phases: Phase[] = [];
  readonly log: string[] = [];
  readonly crash: ((why: string) => void)[] = [];
  detail = "";
  /** When set, starting waits for it. */
  opening: Promise<void> | undefined;
  failing = false;
  readonly supervisor = new Supervisor({
    launch: async (crashed) => {
      const number = this.crash.push(crashed);
      this.log.push(`start ${number}`);
      await this.opening;
      if (this.failing) throw new Error("no such file");
      this.log.push(`started ${number}`);
      return {
        stop: async () => {
          this.log.push(`stop ${number}`);
        },
      };
    },
    changed: (phase, detail) => {
      this.phases.push(phase);
      this.detail = detail;
    },
  });
}

/** Lets everything happen that is due. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve();
}

beforeEach(() => {
  mock.timers.reset();
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
});

test("who needs the server waits for one that starts, also where that goes wrong", async () => {
  const stage = new Stage();
  let open: () => void = () => assert.fail("not waiting");
  stage.opening = new Promise((resolve) => {
    open = resolve;
  });
  let waited = false;
  stage.supervisor.start();
  const waiting = stage.supervisor.settled().then(() => {
    waited = true;
  });
  await settle();
  assert.equal(waited, false);
  stage.failing = true;
  open();
  await waiting;
  assert.deepEqual(stage.phases, ["starting", "waiting"]);
});

test("a crash is followed by a new start at once, the next ones after pauses, and the fifth by a last word", async () => {
  const { supervisor, crash, log, phases } = new Stage();
  await supervisor.start();
  for (const [index, pause] of [0, 1_000, 5_000, 15_000].entries()) {
    crash[index]!("killed");
    if (pause > 0) {
      mock.timers.tick(pause - 1);
      await settle();
      assert.equal(log.at(-1), `started ${index + 1}`, "too early");
    }
    mock.timers.tick(1);
    await settle();
    assert.equal(log.at(-1), `started ${index + 2}`);
  }
  crash[4]!("killed");
  mock.timers.tick(600_000);
  await settle();
  assert.equal(log.at(-1), "started 5");
  assert.equal(phases.at(-1), "gave up");
});

/** Every start fails, until no more is tried. */
async function failToTheLast(stage: Stage): Promise<void> {
  stage.failing = true;
  await stage.supervisor.start();
  for (const pause of [0, 1_000, 5_000, 15_000]) {
    mock.timers.tick(pause);
    await settle();
  }
}

test("the last word says how often and why", async () => {
  const stage = new Stage();
  await failToTheLast(stage);
  assert.equal(stage.phases.at(-1), "gave up");
  assert.match(stage.detail, /5 times within 3 minutes.*no such file/);
});

test("after the last word a restart begins anew", async () => {
  const stage = new Stage();
  await failToTheLast(stage);
  stage.failing = false;
  await stage.supervisor.restart();
  assert.equal(stage.phases.at(-1), "running");
  stage.crash.at(-1)!("killed");
  assert.match(stage.detail, /starts again: killed/);
});

test("restarts asked for while one runs become one, and nothing stops while it starts", async () => {
  const stage = new Stage();
  await stage.supervisor.start();
  let open: () => void = () => assert.fail("not waiting");
  stage.opening = new Promise((resolve) => {
    open = resolve;
  });
  const first = stage.supervisor.restart();
  await settle();
  const others = [stage.supervisor.restart(), stage.supervisor.restart(), stage.supervisor.restart()];
  await settle();
  assert.deepEqual(stage.log, ["start 1", "started 1", "stop 1", "start 2"]);
  open();
  await Promise.all([first, ...others]);
  assert.deepEqual(stage.log.slice(4), ["started 2", "stop 2", "start 3", "started 3"]);
});

test("stopping waits for the start, and ends waiting restarts", async () => {
  const stage = new Stage();
  let open: () => void = () => assert.fail("not waiting");
  stage.opening = new Promise((resolve) => {
    open = resolve;
  });
  const started = stage.supervisor.start();
  await settle();
  const stopped = stage.supervisor.stop();
  open();
  await Promise.all([started, stopped]);
  assert.deepEqual(stage.log, ["start 1", "started 1", "stop 1"]);
  stage.crash[0]!("late news");
  mock.timers.tick(600_000);
  await settle();
  assert.equal(stage.log.length, 3);
  assert.equal(stage.phases.at(-1), "stopped");
});

test("a crash while starting counts once", async () => {
  const stage = new Stage();
  stage.failing = true;
  let open: () => void = () => assert.fail("not waiting");
  stage.opening = new Promise((resolve) => {
    open = resolve;
  });
  const started = stage.supervisor.start();
  await settle();
  stage.crash[0]!("the connection was closed");
  open();
  await started;
  assert.equal(stage.phases.filter((phase) => phase === "waiting").length, 1);
});
