import { type Order, orders } from "./orders";

function fetchOrders(): Promise<Order[]> {
  return Promise.resolve(orders);
}

export function countOrders(): Promise<number> {
  return fetchOrders().then((all) => all.length);
}

export function firstOrder(): Promise<Order | undefined> {
  return fetchOrders().then((all) => all[0]);
}
