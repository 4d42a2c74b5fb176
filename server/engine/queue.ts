// Who runs next: one generation at a time, completions before commands before what can wait; of completions, and of what can
// wait, only the newest.

/** Work in steps; each `next` does one run of the model. */
export interface Job {
  readonly priority: Priority;
  /** The cached sequence that it reads into. */
  readonly sequence: string;
  /** Whether it goes on from a request that was there before, whose place it takes. */
  readonly goesOn: boolean;
  /** Whether it was asked to finish: its next step is its last, and whoever gave it up hears so at once. */
  readonly isCancelled: boolean;
  /** Does one step; true when the job is finished. Never throws. */
  step(): Promise<boolean>;
  /** Asks the job to finish at its next step with what it has. */
  cancel(): void;
}

/** From the most to the least urgent. */
const priorities = ["completion", "command", "idle"] as const;
export type Priority = (typeof priorities)[number];

/** Hears when there is work, and when there is none any more. */
export interface Heard {
  busy(): void;
  idle(): void;
}

export class Queue {
  private readonly jobs: Job[] = [];
  private running = false;
  private readonly heard: Heard;

  constructor(heard: Heard) {
    this.heard = heard;
  }

  add(job: Job): void {
    for (const older of this.jobs) if (takesPlace(job, older)) older.cancel();
    this.jobs.push(job);
    if (!this.running) void this.run();
  }

  cancelAll(): void {
    for (const job of this.jobs) job.cancel();
  }

  /** Steps the jobs until none is left; a command waits, mid-generation if need be, while there are completions. */
  private async run(): Promise<void> {
    this.running = true;
    this.heard.busy();
    for (;;) {
      const job = this.mostUrgent();
      if (job === undefined) break;
      if (await job.step()) this.jobs.splice(this.jobs.indexOf(job), 1);
      // Messages are only seen when the loop is free: without this a new request would wait for the whole generation.
      await new Promise(setImmediate);
    }
    this.running = false;
    this.heard.idle();
  }

  private mostUrgent(): Job | undefined {
    const ending = this.jobs.find(({ isCancelled }) => isCancelled);
    if (ending !== undefined) return ending;
    for (const urgent of priorities) {
      const job = this.jobs.find(({ priority }) => priority === urgent);
      if (job !== undefined) return job;
    }
    return undefined;
  }
}

/**
 * A newer completion takes the place of an older one, and also of what waits to be read, since that belongs to the older one's text and
 * is asked for again; a command takes nobody's. What goes on from a request only ends a reading that it would leave without its text.
 */
function takesPlace(newer: Job, older: Job): boolean {
  if (newer.goesOn) return older.priority === "idle" && older.sequence === newer.sequence;
  return newer.priority !== "command" && (older.priority === newer.priority || older.priority === "idle");
}
