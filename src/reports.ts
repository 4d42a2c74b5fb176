// Reports on Coterie itself as Markdown: the self-test, and the proof that nothing leaves the machine.
import type { Check, OfflineReport } from "../server/protocol/health.ts";
import { plain } from "./words.ts";

/** The result of the self-test. */
export function selfTestDocument(checks: readonly Check[]): string {
  const failed = checks.filter(({ passed }) => !passed).length;
  const verdict = failed === 0 ? "Everything works." : `${failed} of ${checks.length} checks failed.`;
  const rows = checks.map(({ what, passed, found }) => `| ${passed ? "✓" : "✗"} | ${plain(what)} | ${plain(found)} |`);
  const advice =
    'If something failed: "Coterie: Restart the Language Server" helps most often, "Coterie: Show Log" says why.';
  return [
    "# Self-test",
    "",
    `**${verdict}**`,
    "",
    "| | what | found |",
    "| --- | --- | --- |",
    ...rows,
    "",
    advice,
    "",
  ].join("\n");
}

/** What the system says about the language server and the network. */
export function offlineDocument(report: OfflineReport): string {
  const { internet, local, made, files, asked, hosts } = report;
  const offline = internet.length === 0 && made === 0;
  const who =
    asked === "kernel"
      ? "The kernel was asked about every descriptor of the process, whichever part of it opened it."
      : "Node was asked about its own handles; this system does not tell a process about those of native code.";
  return [
    "# Is Coterie offline?",
    "",
    hosts !== undefined
      ? `**No, by your own settings.** They name experts on ${hosts.map(plain).join(", ")}, to which the text around the cursor is sent where your rules or coterie.model choose them.`
      : offline
        ? "**Yes.** The language server, in which the model runs, has no network socket open and has made none since it started."
        : `**No.** ${internet.length} network sockets are open and ${made} were made since the start. Please report this.`,
    "",
    ...internet.map((socket) => `- ${plain(socket)}`),
    `- Network sockets open now: ${internet.length}`,
    `- Network sockets made since the server started: ${made}`,
    `- Local channels on this machine, one of them to the editor: ${local}`,
    "",
    who,
    "",
    ...(files === null
      ? []
      : [
          "## Files that the server has open or mapped",
          "",
          ...files.map((file) => `- \`${file.replace(/`/g, "")}\``),
          "",
        ]),
    "You can see it yourself: disconnect the network and go on typing.",
    "",
  ].join("\n");
}
