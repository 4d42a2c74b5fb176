export interface Order {
  id: number;
  total: number;
}

export const orders: Order[] = [
  { id: 1, total: 12.5 },
  { id: 2, total: 30 },
];
