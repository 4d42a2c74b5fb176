// Who runs next: one generation at a time, completions before commands, a newer completion instead of an older one.

/** Work in steps; each `next` does one run of the model. */
export interface Job {
  readonly priority: "completion" | "command";
  /** Does one step; true when the job is finished. Never throws. */
  step(): Promise<boolean>;
  /** Asks the job to finish at its next step with what it has. */
  cancel(): void;
}

export class Queue {
  private readonly jobs: Job[] = [];
  private running = false;

  add(job: Job): void {
    if (job.priority === "completion") {
      for (const older of this.jobs) if (older.priority === "completion") older.cancel();
    }
    this.jobs.push(job);
    if (!this.running) void this.run();
  }

  cancelAll(): void {
    for (const job of this.jobs) job.cancel();
  }

  /** Steps the jobs until none is left; a command waits, mid-generation if need be, while there are completions. */
  private async run(): Promise<void> {
    this.running = true;
    for (;;) {
      const job = this.jobs.find(({ priority }) => priority === "completion") ?? this.jobs[0];
      if (job === undefined) break;
      if (await job.step()) this.jobs.splice(this.jobs.indexOf(job), 1);
      // Messages are only seen when the loop is free: without this a new request would wait for the whole generation.
      await new Promise(setImmediate);
    }
    this.running = false;
  }
}
