export const day = 24 * 60 * 60 * 1000;
export const week = 7 * (24 * 60 * 60 * 1000);

export function days(milliseconds: number): number {
  return Math.floor(milliseconds / (24 * 60 * 60 * 1000));
}
