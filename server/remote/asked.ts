// From a prompt of typed pieces to what the completions protocol takes, and from its text back to what was asked for. Pure.
import type { GenerateRequest } from "../engine/engine.ts";
import type { Manner } from "../prompt.ts";
import type { RemoteExpert } from "../protocol.ts";

type Infill = NonNullable<Manner["infill"]>;

/** Names of the places in a prompt whose suffix is sent in a field of its own. */
const fields: Infill = { prefix: "prefix", suffix: "suffix", middle: "middle" };

/** How prompts for a remote expert are composed. */
export function mannerOf({ infill }: Pick<RemoteExpert, "infill">): Manner {
  const own = infill === "suffix" ? fields : (infill ?? null);
  return { header: null, infill: own, borrows: false, ranks: false, chats: false };
}

/** All that is sent besides the key. */
export interface Body {
  readonly model: string;
  readonly prompt: string;
  readonly suffix?: string;
  readonly max_tokens: number;
  readonly temperature: number;
  readonly stop?: readonly string[];
  readonly stream: true;
}

export interface Asked {
  readonly body: Body;
  /** Blanks that were taken off the end of the prompt: what comes back is expected to begin with them. */
  readonly blanks: string;
}

/** The protocol allows no more. */
const mostStops = 4;

/** @param request its prompt composed in the manner of `expert` */
export function askedFor(
  {
    prompt,
    heal,
    maxTokens,
    stops,
    sampling,
  }: Pick<GenerateRequest, "prompt" | "heal" | "maxTokens" | "stops" | "sampling">,
  expert: RemoteExpert,
): Asked {
  const { prefix, suffix, whole } = partsOf(prompt, expert);
  const healed = whole === null && suffix === null && heal ? prefix.replace(/[ \t]+$/, "") : prefix;
  const text = whole ?? healed;
  return {
    body: {
      model: expert.model,
      prompt: text,
      ...(suffix === null ? {} : { suffix }),
      max_tokens: maxTokens,
      temperature: sampling?.temperature ?? 0,
      ...(stops.length === 0 ? {} : { stop: stops.slice(0, mostStops) }),
      stream: true,
    },
    blanks: prefix.slice(healed.length),
  };
}

/**
 * The texts before and after the place to fill in. `whole`: both with the control tokens between them; the other engine reads
 * these from the text, so a text that holds one of them is not sent so.
 */
function partsOf(prompt: GenerateRequest["prompt"], { infill }: RemoteExpert) {
  const tokens = infill === "suffix" ? fields : (infill ?? null);
  const texts = prompt.filter((piece) => typeof piece === "string");
  const at = prompt.findIndex((piece) => typeof piece !== "string" && piece.special === tokens?.suffix);
  if (tokens === null || at < 0) return { prefix: texts.join(""), suffix: null, whole: null };
  const join = (pieces: GenerateRequest["prompt"]) => pieces.filter((piece) => typeof piece === "string").join("");
  const [prefix, suffix] = [join(prompt.slice(0, at)), join(prompt.slice(at))];
  if (infill === "suffix") return { prefix, suffix, whole: null };
  const forged = Object.values(tokens).some((token) => prefix.includes(token) || suffix.includes(token));
  if (forged) return { prefix, suffix: null, whole: null };
  return { prefix, suffix: null, whole: tokens.prefix + prefix + tokens.suffix + suffix + tokens.middle };
}

/**
 * Text that comes in pieces, without the blanks that it repeats, ended before the first of `stops`, since not every engine
 * keeps to them.
 */
export class Received {
  readonly #stops: readonly string[];
  readonly #most: number;
  #blanks: string;
  #text = "";
  /** Why there is no more of it; null while there may be. */
  ended: "stop" | "length" | null = null;

  /** @param most characters */
  constructor({ blanks }: Asked, stops: readonly string[], most: number) {
    this.#blanks = blanks;
    this.#stops = stops;
    this.#most = most;
  }

  get text(): string {
    return this.#text;
  }

  /** @returns what it adds to the text. */
  push(piece: string): string {
    if (this.ended !== null) return "";
    let more = piece;
    while (this.#blanks !== "" && more !== "" && more[0] === this.#blanks[0]) {
      more = more.slice(1);
      this.#blanks = this.#blanks.slice(1);
    }
    if (more !== "") this.#blanks = "";
    const before = this.#text.length;
    const all = this.#text + more;
    const stop = Math.min(...this.#stops.map((each) => all.indexOf(each)).filter((place) => place >= 0));
    if (stop <= all.length) this.ended = "stop";
    else if (all.length > this.#most) this.ended = "length";
    this.#text = all.slice(0, Math.min(stop, this.#most));
    return this.#text.slice(before);
  }
}
