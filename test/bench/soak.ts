// Section of the benchmark on endurance: 10,000 random requests over random documents, some cancelled, and what the process grows by.
import type { GenerateRequest } from "../../server/engine/engine.ts";
import { uniforms } from "../../server/engine/sample.ts";
import { completion } from "./coterie.ts";
import { hold } from "./held.ts";
import { megabytes, quantile, table } from "./machine.ts";
import { pinnedCode } from "./pinned.ts";
import type { Section } from "./section.ts";

const experts = ["general", "code", "docs", "math"];
const documents = 24;

export const soak: Section = {
  name: "soak",
  title: "Endurance",
  async measure({ heldArm, product, worker, cacheBytes }, quick, note) {
    const requests = quick ? 400 : 10_000;
    const each = requests / 10;
    const code = pinnedCode();
    const uniform = uniforms(11);
    const pick = (count: number) => Math.floor(uniform() * count);
    const random = () => {
      const at = pick(code.length - 2000);
      return { at, length: 40 + pick(400) };
    };
    const texts = Array.from({ length: documents }, random);
    const held = await hold(heldArm, { model: product, worker, threads: 2, contextTokens: 1280, cacheBytes });
    const grown: number[] = [];
    const caches: number[] = [];
    const freed: number[] = [];
    let finished = 0;
    const started = performance.now();
    try {
      for (let i = 0; i < requests; i++) {
        const place = pick(documents);
        // Typed on, some deleted, now and then another text.
        if (pick(8) === 0) texts[place] = random();
        else texts[place]!.length = Math.max(20, texts[place]!.length + pick(7) - 2);
        const { at, length } = texts[place]!;
        const request: GenerateRequest = {
          ...completion({
            sequence: `document ${place}`,
            expert: experts[pick(4)]!,
            text: code.slice(at, at + length),
            heal: pick(3) > 0,
            maxTokens: 1 + pick(3),
          }),
          branches: pick(10) === 0 ? 2 : 1,
          priority: pick(5) === 0 ? "command" : "completion",
        };
        const made = await held.generate(request, pick(6) === 0 ? pick(12) : null);
        finished++;
        if (made.freed !== null) freed.push(made.freed);
        if ((i + 1) % each === 0) {
          const { now, report } = await held.memory();
          grown.push(now.private / megabytes);
          caches.push(report.caches / megabytes);
          note(
            `endurance: ${i + 1} of ${requests} requests, ${grown.at(-1)!.toFixed(1)} MB, caches ${caches.at(-1)!.toFixed(1)}`,
          );
        }
      }
    } finally {
      await held.end();
    }
    const perThousand = ((grown.at(-1)! - grown[0]!) / (requests - each)) * 1000;
    const seconds = (performance.now() - started) / 1000;
    const markdown = `${requests.toLocaleString("en")} requests over ${documents} documents of random code by four experts in ${seconds.toFixed(0)} s, ${finished.toLocaleString("en")} of them ended; the product's budget for caches.

${table([
  ["requests", ...grown.map((_, i) => `${(i + 1) * each}`)],
  ["private memory, MB", ...grown.map((value) => value.toFixed(1))],
  ["of it caches", ...caches.map((value) => value.toFixed(1))],
])}

From the first ${each.toLocaleString("en")} on it grows by ${perThousand.toFixed(2)} MB per 1,000 requests. ${freed.length} were cancelled while they ran and freed the engine after ${quantile(freed, 0.5).toFixed(1)} ms (median), ${quantile(freed, 0.95).toFixed(1)} ms (p95), ${Math.max(...freed).toFixed(1)} ms (most).`;
    return { markdown, figures: { grown, caches, freed } };
  },
};
