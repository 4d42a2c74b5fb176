// Terms in the spelling of the algebra library, with no more brackets than they need. Pure.
import type { Sign, Term } from "./tree.ts";

/** How tightly a term holds together: sums, products, signed terms, powers, and what needs no brackets. */
const tight = { "+": 1, "-": 1, "*": 2, "/": 2, "^": 4 } as const satisfies Record<Sign, number>;
const signed = 3;
const atom = 5;

export function spelt(term: Term): string {
  switch (term.kind) {
    case "number":
      return term.text;
    case "name":
      return term.name;
    case "call":
      return `${term.name}(${term.of.map(spelt).join(",")})`;
    case "minus":
      return `-${atLeast(4, term.of)}`;
    case "percent":
      return `(${spelt(term.of)}/100)`;
    case "sign":
      return signedPair(term);
  }
}

function signedPair({ sign, left, right }: Extract<Term, { kind: "sign" }>): string {
  const own = tight[sign];
  if (sign === "^") return `${atLeast(atom, left)}^${atLeast(own, right)}`;
  // A sign never stands next to another one.
  const behind =
    right.kind === "minus" ? `(${spelt(right)})` : atLeast(sign === "+" || sign === "*" ? own : own + 1, right);
  return `${atLeast(own, left)}${sign}${behind}`;
}

function atLeast(least: number, term: Term): string {
  const own = term.kind === "sign" ? tight[term.sign] : term.kind === "minus" ? signed : atom;
  return own >= least ? spelt(term) : `(${spelt(term)})`;
}
