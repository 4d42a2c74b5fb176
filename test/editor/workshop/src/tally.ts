import type { Order } from "./orders";

export function tally(d: Order[]): string {
  const tmp = d.filter((order) => order.total > 20);
  return `${tmp.length} of ${foo(d)}`;
}

export function foo(orders: Order[]): number {
  return orders.length;
}
