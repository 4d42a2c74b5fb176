// One engine in a process of its own: opens it, says so, then measures what the parent asks for.
import { openCoterie } from "./coterie.ts";
import { openLlama } from "./llama.ts";
import { memory, round, type Texts } from "./measures.ts";
import type { PeerOptions } from "./peer.ts";

export interface Ask {
  readonly what: "memory" | "round" | "warm";
  readonly texts: Texts;
}

const options = JSON.parse(process.argv[2]!) as PeerOptions;
const peer = await (options.engine === "coterie" ? openCoterie(options) : openLlama(options));
// Ready means that a token has come out: what is mapped is read in by then.
await peer.generate("let x = ", 1);

process.on("message", async ({ what, texts }: Ask) => {
  if (what === "warm") {
    await peer.changeExpert("let x = ");
    process.send!(null);
  } else process.send!(await (what === "memory" ? memory(peer, texts) : round(peer, texts)));
});
// Nobody is left to measure for.
process.on("disconnect", () => process.exit());
process.send!("ready");
