// Who is compared in `npm run quality`: the base, general, the experts, and the arms of the comparison, compiled for our engine.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { compileModel } from "../../server/model/compile.ts";
import { backboneDigest, readBackbonePack } from "../../server/model/pack.ts";
import { type Comparison, describedIn, type Loss, linkedIn, packOfRun, readComparison, writePack } from "./runs.ts";
import { type Domain, domains } from "./samples.ts";

const experts = join(import.meta.dirname, "..", "..", "experts");
const runs = join(experts, "train", "runs");
const cache = join(import.meta.dirname, ".cache");
const embedded = join(experts, "backbone");

/**
 * "base" is upstream's whole model, "expert" the one that ships; "equal" is the expert of the comparison, trained on as many tokens
 * as "full" and "lora".
 */
export const arms = ["base", "general", "expert", "equal", "full", "lora"] as const;
export type Arm = (typeof arms)[number];

export interface Contender {
  /** Unique: the arm, and the domain that it was trained for. */
  readonly name: string;
  readonly arm: Arm;
  /** Null for the base and general. */
  readonly domain: Domain | null;
  /** Folder of compiled parts, and who answers there. */
  readonly model: string;
  readonly expert: string;
  /** SHA-256 of the weights. */
  readonly weights: string;
  /** In PyTorch, float32, by domain. */
  readonly losses: Readonly<Record<string, Loss>>;
  /** Training tokens, when known. */
  readonly tokens: number | null;
  /** How sure it has to be of what is shown, nats. */
  readonly threshold: number;
}

export interface Field {
  readonly contenders: readonly Contender[];
  readonly comparison: Comparison | null;
  /** Compiled backbone, head and every expert on them. */
  readonly shared: string;
}

/**
 * Finds and compiles all that there is; what has not been trained is left out.
 * @throws Error in words when a file is not what it should be.
 */
export function findField(): Field {
  const { weights: upstream, cut, ...backbone } = readBackbonePack(embedded);
  const shared = join(cache, "models", "shared");
  const comparison = readComparison(runs);
  const packs = [join(experts, "general")];
  const contenders: Contender[] = [];

  /** A whole model from the pack in `folder`; its own upper layers are called "general" there. */
  const addWhole = (name: string, arm: Arm, domain: Domain | null, folder: string) => {
    const said = describedIn(folder);
    const upper = join(folder, "general");
    const pack = { id: "general", kind: "expert", backbone: said.weights, layers: [cut, layers] };
    writePack(upper, { ...pack, weights: { from: "backbone" } });
    const model = join(cache, "models", name);
    compileModel({ backbone: folder, experts: [upper], out: model, precision: "q8" });
    contenders.push({ name, arm, domain, model, expert: "general", ...said });
  };
  const base = join(cache, "packs", "base");
  const weights = linkedIn(base, join(embedded, upstream.file));
  const { threshold, ...general } = describedIn(join(experts, "general"));
  writePack(base, { id: "backbone", kind: "backbone", cut, weights, threshold });
  addWhole("base", "base", null, base);
  contenders.push({
    name: "general",
    arm: "general",
    domain: null,
    model: shared,
    expert: "general",
    threshold,
    ...general,
  });

  /** An expert on the shared backbone, from its pack. */
  const addExpert = (arm: "expert" | "equal", domain: Domain, folder: string | null) => {
    if (folder === null) return;
    packs.push(folder);
    const expert = arm === "expert" ? domain : `${arm}-${domain}`;
    contenders.push({ name: `${arm}-${domain}`, arm, domain, model: shared, expert, ...describedIn(folder) });
  };
  const packOfExpert = (run: string, id: string) =>
    packOfRun(join(runs, run), join(cache, "packs", id), {
      id,
      kind: "expert",
      backbone: backboneDigest({ weights: upstream, ...backbone }),
      layers: [cut, layers],
    });

  for (const domain of domains) {
    const installed = join(experts, domain);
    addExpert("expert", domain, existsSync(join(installed, "expert.json")) ? installed : packOfExpert(domain, domain));
    const tried = comparison?.domains[domain];
    if (tried?.expert) addExpert("equal", domain, packOfExpert(tried.expert.run, `equal-${domain}`));
    for (const arm of ["full", "lora"] as const) {
      const found = tried?.[arm];
      const name = `${arm}-${domain}`;
      const folder = join(cache, "packs", name);
      const whole = found && packOfRun(join(runs, found.run), folder, { id: "backbone", kind: "backbone", cut });
      if (whole) addWhole(name, arm, domain, whole);
    }
  }
  compileModel({ backbone: embedded, experts: packs, out: shared, precision: "q8" });
  // The comparison knows how many tokens its runs were trained on.
  const trained = ({ arm, domain }: Contender) =>
    domain && comparison?.domains[domain]?.[arm === "equal" ? "expert" : (arm as "full")]?.tokens;
  return {
    contenders: contenders.map((each) => ({ ...each, tokens: each.tokens ?? trained(each) ?? null })),
    comparison,
    shared,
  };
}

/** Layers of the embedded model; an expert ends where it ends. */
const layers = 30;
