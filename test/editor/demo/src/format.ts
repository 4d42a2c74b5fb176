// How prices and dates look on a receipt.
import type { Item } from "./cart";

/** A price in euros, with two digits. */
export function euros(price: number): string {
  return `${price.toFixed(2)} EUR`;
}

/** One line of the receipt. */
export function line(item: Item): string {
  return `${item.quantity} x ${item.name}: ${euros(item.price * item.quantity)}`;
}
