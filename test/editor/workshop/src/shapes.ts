import { round } from "./round";

export function square(side: number): number {
  return round(side * side);
}

export function circle(radius: number): number {
  return round(Math.PI * radius * radius);
}

export function ring(outer: number, inner: number): number {
  return round(circle(outer) - circle(inner));
}
