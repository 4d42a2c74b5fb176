// Charts of the benchmark as one plain SVG, readable on light and dark ground.

/** Bars in groups, or lines over x; null: not measured. */
export interface Chart {
  readonly title: string;
  readonly kind: "bars" | "lines";
  /** What stands below each group, or each x. */
  readonly labels: readonly string[];
  readonly series: readonly { readonly name: string; readonly values: readonly (number | null)[] }[];
}

const panel = { width: 430, height: 250 };
const box = { left: 48, right: 14, top: 34, bottom: 62 };
const columns = 2;
const colours = ["#2f6fdb", "#d9822b", "#7a5fb5", "#3f9a5f", "#c2455a"];

export function plot(charts: readonly Chart[]): string {
  const rows = Math.ceil(charts.length / columns);
  const [width, height] = [columns * panel.width, rows * panel.height];
  const drawn = charts.map((chart, i) => {
    const [x, y] = [(i % columns) * panel.width, Math.floor(i / columns) * panel.height];
    return `<g transform="translate(${x} ${y})">${draw(chart)}</g>`;
  });
  const style = `text { font: 11px system-ui, sans-serif; fill: #24292f } .title { font-weight: 600; font-size: 12.5px } .axis { stroke: #8c959f; stroke-width: 1 } .grid { stroke: #8c959f; stroke-opacity: 0.25 } @media (prefers-color-scheme: dark) { text { fill: #d0d7de } }`;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${escaped(charts.map(({ title }) => title).join("; "))}"><style>${style}</style>${drawn.join("")}</svg>\n`;
}

function draw({ title, kind, labels, series }: Chart): string {
  const [w, h] = [panel.width - box.left - box.right, panel.height - box.top - box.bottom];
  const all = series.flatMap(({ values }) => values.filter((value) => value !== null));
  const top = niceTop(Math.max(1e-9, ...all));
  const y = (value: number) => box.top + h - (value / top) * h;
  const out = [`<text class="title" x="${box.left}" y="18">${escaped(title)}</text>`];
  for (const share of [0, 0.25, 0.5, 0.75, 1]) {
    const at = y(share * top).toFixed(1);
    out.push(`<line class="grid" x1="${box.left}" x2="${box.left + w}" y1="${at}" y2="${at}"/>`);
    out.push(`<text x="${box.left - 6}" y="${Number(at) + 4}" text-anchor="end">${short(share * top)}</text>`);
  }
  const step = w / labels.length;
  for (const [i, label] of labels.entries()) {
    const at = box.left + (i + 0.5) * step;
    out.push(`<text x="${at.toFixed(1)}" y="${box.top + h + 15}" text-anchor="middle">${escaped(label)}</text>`);
  }
  for (const [s, { values }] of series.entries()) {
    const colour = colours[s % colours.length]!;
    if (kind === "bars") {
      const wide = (step * 0.8) / series.length;
      for (const [i, value] of values.entries()) {
        if (value === null) continue;
        const x = box.left + i * step + step * 0.1 + s * wide;
        out.push(
          `<rect x="${x.toFixed(1)}" y="${y(value).toFixed(1)}" width="${(wide - 1).toFixed(1)}" height="${(box.top + h - y(value)).toFixed(1)}" fill="${colour}"/>`,
        );
      }
      continue;
    }
    const points = values.flatMap((value, i) =>
      value === null ? [] : [`${(box.left + (i + 0.5) * step).toFixed(1)},${y(value).toFixed(1)}`],
    );
    out.push(`<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="2"/>`);
    for (const point of points) {
      const [cx, cy] = point.split(",");
      out.push(`<circle cx="${cx}" cy="${cy}" r="2.5" fill="${colour}"/>`);
    }
  }
  out.push(`<line class="axis" x1="${box.left}" x2="${box.left + w}" y1="${box.top + h}" y2="${box.top + h}"/>`);
  // Two names a line.
  for (const [s, { name }] of series.entries()) {
    const [x, below] = [box.left + (s % 2) * (w / 2), box.top + h + 32 + Math.floor(s / 2) * 15];
    out.push(`<rect x="${x}" y="${below - 8}" width="9" height="9" fill="${colours[s % colours.length]}"/>`);
    out.push(`<text x="${x + 14}" y="${below}">${escaped(name)}</text>`);
  }
  return out.join("");
}

/** The next of 1, 2, 2.5, 5 times a power of ten. */
function niceTop(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return (([1, 2, 2.5, 5, 10].find((step) => step * power >= value) ?? 10) as number) * power;
}

const short = (value: number) => (value >= 10 || value === 0 ? value.toFixed(0) : value.toFixed(value >= 1 ? 1 : 2));
const escaped = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");
