// Where the parts of an installed Coterie lie, and how its engine is opened.
import { availableParallelism, homedir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onBattery } from "./battery.ts";
import type { EngineOptions } from "./engine/engine.ts";
import type { Settings } from "./protocol.ts";
import type { GrammarFiles } from "./syntax/grammars.ts";

export interface Installation {
  /** The manifest, with the settings' defaults. */
  readonly packageJson: string;
  /** Packs and built-in rules. */
  readonly experts: string;
  /** Compiled weights. */
  readonly model: string;
  /** The engine's worker, compiled. */
  readonly worker: string;
  /** The parser and its grammars. */
  readonly syntax: GrammarFiles;
  /** The thread that adds and removes experts, compiled. */
  readonly packer: string;
  /** The thread that calculates, compiled. */
  readonly algebra: string;
  /** The thread that makes and runs plans, compiled. */
  readonly planner: string;
  /** The user's own rules, the packs that the user has added, and their compiled weights; need not exist. */
  readonly userRules: string;
  readonly userExperts: string;
  readonly userModel: string;
  /** The journals of plans that were run; need not exist. */
  readonly userRuns: string;
  /** The models that the user has brought, compiled; need not exist. */
  readonly userModels: string;
}

/** The installation that this module is part of: sources and bundles both lie one folder below its top. */
export function installed(): Installation {
  const top = fileURLToPath(new URL("..", import.meta.url));
  const own = join(homedir(), ".coterie");
  return {
    packageJson: join(top, "package.json"),
    experts: join(top, "experts"),
    model: join(top, "dist", "model"),
    worker: join(top, "dist", "engine.js"),
    syntax: { runtime: join(top, "dist", "syntax", "web-tree-sitter.wasm"), folder: join(top, "dist", "syntax") },
    packer: join(top, "dist", "packs.js"),
    algebra: join(top, "dist", "algebra.js"),
    planner: join(top, "dist", "plans.js"),
    userRules: join(own, "rules.json"),
    userExperts: join(own, "experts"),
    userModel: join(own, "model"),
    userModels: join(own, "models"),
    userRuns: join(own, "runs"),
  };
}

/** Most tokens that may be asked for at once; they need room behind the prompt. */
const mostNewTokens = 320;
/** Three sequences of 1,024 tokens: 30 layers x 2 x 3 heads x 64 x 2 bytes, and 576 x 4 for the backbone's output, a token. */
const cacheBytes = 75 * 1024 * 1024;

/**
 * Unless the user has set a number of threads it is half of the cores, of two both, and on battery a quarter. On two cores a second thread
 * takes a fifth off the time to ghost text, and adds a tenth where something else keeps one of them busy.
 * @param added folders of the compiled parts of experts that the user has added
 */
export function engineOptions(
  { model, worker }: Installation,
  settings: Settings,
  added: readonly string[] = [],
  { cores, battery } = { cores: availableParallelism(), battery: onBattery() },
): EngineOptions {
  const fitting = battery ? Math.max(1, Math.floor(cores / 4)) : Math.max(Math.min(cores, 2), Math.floor(cores / 2));
  const threads = settings.threads > 0 ? settings.threads : fitting;
  return { model, added, worker, threads, contextTokens: settings.contextTokens + mostNewTokens, cacheBytes };
}
