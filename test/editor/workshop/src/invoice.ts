import { rate } from "./rates";
import { round } from "./round";
import { circle } from "./shapes";

export function withTax(net: number) {
  return round(net * (1 + rate("vat")));
}

export function stickerArea(radius: number) {
  return circle(radius);
}
