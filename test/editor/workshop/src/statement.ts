import { type Order, orders } from "./orders";
import { round } from "./round";

/** What is shown for a month: each order, what was earned, and how it was spread. */
export function statement(month: string, rows: Order[] = orders): string {
  if (month === "") {
    throw new Error("the month is missing");
  }
  const lines: string[] = [];
  lines.push(`Statement for ${month}`);

  // Check the rows
  for (const row of rows) {
    if (row.total < 0) {
      throw new Error(`order ${row.id} has no total`);
    }
    if (!Number.isInteger(row.id)) {
      throw new Error("an order has no number");
    }
  }

  let earned = 0;
  let largest = 0;
  for (const row of rows) {
    earned += row.total;
    if (row.total > largest) {
      largest = row.total;
    }
  }

  for (const row of rows) {
    const share = earned === 0 ? 0 : (row.total / earned) * 100;
    lines.push(`${row.id}: ${row.total} (${Math.round(share)} %)`);
  }

  lines.push(`Earned ${round(earned)}, at most ${largest}`);
  return lines.join("\n");
}
