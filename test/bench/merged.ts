// A report of which only some sections were measured anew: the others stay as they stood. Pure.

interface Section {
  readonly title: string;
  readonly body: string;
}

/** What stands before the first title has the title "". */
function sectionsOf(report: string): readonly Section[] {
  const [front = "", ...rest] = report.split(/^## /m);
  const split = rest.map((section) => {
    const end = section.indexOf("\n");
    return { title: section.slice(0, end), body: section.slice(end + 1).trim() };
  });
  return [{ title: "", body: front.trim() }, ...split];
}

/**
 * The old report with the sections that were measured anew in place of theirs; sections that are new stand where they stand in
 * the new one.
 * @param isMeasured by a section's title; "" for what stands before the first
 * @param made machine, day and settings, in words; stands in each section that was measured
 */
export function merged(old: string, fresh: string, isMeasured: (title: string) => boolean, made: string): string {
  const [before, now] = [sectionsOf(old), sectionsOf(fresh)];
  const titles = before.map(({ title }) => title);
  for (const [i, { title }] of now.entries())
    if (!titles.includes(title)) titles.splice(titles.indexOf(now[i - 1]!.title) + 1, 0, title);
  const texts = titles.map((title) => {
    const [stood, came] = [before, now].map((sections) => sections.find((each) => each.title === title)?.body);
    if (came === undefined || !(isMeasured(title) || !stood)) return headed(title, stood!);
    return headed(
      title,
      title === "" || !isMeasured(title) ? came : `Made by \`npm run quality\` on ${made}.\n\n${came}`,
    );
  });
  return `${texts.join("\n\n")}\n`;
}

const headed = (title: string, body: string) => (title === "" ? body : `## ${title}\n\n${body}`);
