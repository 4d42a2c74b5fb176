// What a term is, whoever reads or writes it.

export type Term =
  | { readonly kind: "number"; readonly text: string }
  | { readonly kind: "name"; readonly name: string }
  | { readonly kind: "call"; readonly name: string; readonly of: readonly Term[] }
  | { readonly kind: "minus"; readonly of: Term }
  | { readonly kind: "percent"; readonly of: Term }
  | { readonly kind: "sign"; readonly sign: Sign; readonly left: Term; readonly right: Term };

export type Sign = "+" | "-" | "*" | "/" | "^";
