export function check(condition: boolean, message: string): void {
  if (!condition) throw new Error(message);
}

export function same(one: unknown, other: unknown): void {
  check(one === other, "not the same");
}

export function positive(value: number): number {
  same(value > 0, true);
  same(Number.isFinite(value), true);
  return value;
}
