// The shopping cart of a corner shop.
export interface Item {
  name: string;
  price: number;
  quantity: number;
}

/** The price of all items together. */
export function total(items: Item[]): number {
  let sum = 0;
  for (const item of items) {
    sum += item.price * item.quantity;
  }
  return sum;
}

/** The items that cost more than `limit`. */
export function expensive(items: Item[], limit: number): Item[] {
  
}

/** Whether there is nothing in the cart. */
export function isEmpty(items: Item[]): boolean {
  
}

/** How many pieces are in the cart. */
export function count(items: Item[]): number {
  let pieces = 0;
  for (const item of items) {
    
  }
  return pieces;
}
