// Verbs that say what code does: what a description may begin with, and which of them a name stands for.

/** A name that begins with one of these means it: `parseDate` parses. */
const inNames = words(`
  add adjust align allocate allow append apply assert assign attach begin bind build calculate call cancel capture choose clamp
  clean clear clone close collect combine compare compile compose compress compute concatenate configure confirm connect construct
  consume convert copy count create decide declare decode decorate decrease define delete deliver describe deserialize destroy
  detach detect determine disable disconnect dispatch divide download draw drop emit enable encode enqueue ensure escape estimate
  evaluate execute expand extend extract fetch fill find finish flatten flush fold follow format forward generate get give handle
  hide ignore import include increase increment infer inherit initialize inject insert inspect install interpolate invoke iterate
  join keep launch leave listen load lower make measure merge modify move multiply normalize notify open pad parse perform pick
  populate predict prepare prepend print process produce propagate provide prune publish pull push put read rebuild receive
  recover reduce refresh register reject reload remove rename render repeat replace require reserve reset resize resolve respond
  restart restore resume retrieve retry return reverse revert rewrite rotate run sanitize save schedule search select send
  serialize serve set show shuffle skip sort split start stop store strip subscribe substitute subtract sum suppress swap
  take tell terminate throw toggle transform translate traverse trim truncate undo unescape unlock unregister unsubscribe update
  upload use validate verify visit wait walk wrap write
`);
/** At the beginning of a name these may just as well be nouns. */
const besides = words(`
  accept act await block buffer cache cast change check contain control cut debounce define delay dump end enter exit group guess
  hash hold implement index intersect let limit link list lock log look manage map mark match mix mutate order override pack pass
  patch pause pop prompt protect query queue quote raise record release report represent request sample scale scan shift slice
  stream switch sync test throttle trace track trigger try upgrade warn watch work yield
`);
/** Other beginnings of names, and what they say. */
const meaning: Readonly<Record<string, string>> = {
  is: "check",
  has: "check",
  can: "check",
  should: "check",
  check: "check",
  to: "convert",
  on: "handle",
  init: "initialize",
  calc: "calculate",
  del: "delete",
  exec: "execute",
};

function words(text: string): readonly string[] {
  return text.trim().split(/\s+/);
}

/** As it stands behind "it": `parses`. */
export function thirdPerson(verb: string): string {
  if (/[^aeiou]y$/.test(verb)) return `${verb.slice(0, -1)}ies`;
  return /(?:s|sh|ch|x|z|o)$/.test(verb) ? `${verb}es` : `${verb}s`;
}

/** All of them, in the third person. */
export const allVerbs: readonly string[] = [...new Set([...inNames, ...besides])].map(thirdPerson);

/** What a function of this name does, in the third person; null where the name does not say it. */
export function verbOf(name: string): string | null {
  const [first = ""] = name
    .replace(/([a-z\d])([A-Z])/g, "$1 $2")
    .replace(/[^A-Za-z\d]+/g, " ")
    .trim()
    .toLowerCase()
    .split(" ");
  const verb = Object.hasOwn(meaning, first) ? meaning[first]! : inNames.find((each) => each === first);
  return verb === undefined ? null : thirdPerson(verb);
}
