// The editor of a suite of tests: opened before its first test, closed behind the last with a picture of how it ended.
import { after, before } from "node:test";
import { screenshot, waitForWorkbench } from "./driver.ts";
import type { Session } from "./harness.ts";

/** To be called where the suite begins. @param last name of the picture @returns the session, from the first test on */
export function editorOf(last: string, open: () => Promise<Session>): () => Session {
  let session: Session | null = null;
  before(async () => {
    session = await open();
    await waitForWorkbench(session.page);
  });
  after(async () => {
    if (session === null) return;
    await screenshot(session.page, last);
    await session.close();
  });
  return () => {
    if (session === null) throw new Error("the editor did not open: see what failed before the first test");
    return session;
  };
}
