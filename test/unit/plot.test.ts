// Charts: bars as high as their values, nothing for what was not measured, names that cannot break out.
import assert from "node:assert/strict";
import { test } from "node:test";
import { plot } from "../bench/plot.ts";

test("a bar is as high as its value, and a missing one is left out", () => {
  const svg = plot([
    {
      title: "t",
      kind: "bars",
      labels: ["1", "2"],
      series: [
        { name: "a", values: [50, 100] },
        { name: "b", values: [null, 25] },
      ],
    },
  ]);
  const heights = [
    ...svg.matchAll(/<rect x="[\d.]+" y="[\d.]+" width="[\d.]+" height="([\d.]+)" fill="#[0-9a-f]{6}"\/>/g),
  ].map(([, height]) => Number(height));
  const bars = heights.filter((height) => height !== 9);
  assert.equal(bars.length, 3);
  assert.ok(Math.abs(bars[0]! * 2 - bars[1]!) < 0.3 && Math.abs(bars[2]! * 4 - bars[1]!) < 0.5, bars.join());
});

test("lines have a point a value, and text is escaped", () => {
  const values = [1, 3, null, 2];
  const svg = plot([
    { title: 'a < "b" & c', kind: "lines", labels: ["1", "2", "3", "4"], series: [{ name: "<s>", values }] },
  ]);
  assert.equal([...svg.matchAll(/<circle /g)].length, 3);
  assert.ok(svg.includes("a &lt; &quot;b&quot; &amp; c") && !svg.includes("<s>"));
  assert.equal(
    [...svg.matchAll(/<(g|svg|style|text)[ >]/g)].length,
    [...svg.matchAll(/<\/(g|svg|style|text)>/g)].length,
  );
});
