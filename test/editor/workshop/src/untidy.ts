import { round } from "./round";
import { rate } from "./rates";
import { unused } from "./names";

function forgotten() {
  return 1;
}

export function isDear(price: number): boolean {
  var limit = rate("dear") * 100;
  if (round(price) > limit) {
    return true;
  } else {
    return false;
  }
}
