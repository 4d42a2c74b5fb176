// What the user reads about a calculation: plain values to plain text.
import type { Calculation } from "../server/protocol.ts";
import { plain } from "./words.ts";

/** Words that formulas are asked in. */
const words =
  /^(?:a?(?:sin|cos|tan)h?|sqrt|exp|log(?:10)?|ln|abs|mod|factorial|sum|product|min|max|floor|ceil|round|gcd|lcm|pi|Math|math|np|of|solve|for|derivative|differentiate|what|is|calculate|compute|evaluate|work|out|with|respect|to|by)$/i;
/** An amount with its unit, and the unit that it is wanted in. */
const conversion = /^(?:convert\s+)?[\d\s.,+\-*/()]+[a-z°][a-z°/^\d]*\s+(?:in|to|into|as)\s+[a-z°][a-z°/^\d]*$/i;

/** Whether a text may be a formula: something to reckon with a number or a LaTeX command, and not long. A guess: algebra may refuse it. */
export function looksLikeFormula(text: string): boolean {
  const trimmed = text.trim().replace(/\s*\?$/, "");
  if (trimmed.length < 3 || trimmed.length > 300 || trimmed.includes("\n")) return false;
  if (/\\(?:[dt]?frac|sqrt|sum|prod|cdot|times)(?![a-zA-Z])/.test(trimmed)) return true;
  // A comparison with names in it is code.
  const compares = /[=!]==?|[<>≤≥≠]/.test(trimmed);
  if (compares) return /\d/.test(trimmed) && /^[\d\s.,+\-*/^()%=!<>≤≥≠]+$/.test(trimmed);
  if (conversion.test(trimmed)) return true;
  return (
    /\d/.test(trimmed) &&
    /[-+*/^%=!√×÷]|\b(?:mod|of)\b|[a-z]{2}\(/.test(trimmed) &&
    /^[\w\s.+\-*/^()%=!,√×÷π°]+$/.test(trimmed) &&
    !/[-+*/%]=/.test(trimmed) &&
    (trimmed.match(/[a-z_]{2,}/gi) ?? []).every((word) => words.test(word))
  );
}

/** A calculation as a Markdown page: the result first, then the steps as the expert wrote them, each with its verdict. */
export function calculationDocument(text: string, calculation: Calculation): string {
  const { result, decimal, steps, expert, rule, because, why, ms } = calculation;
  if (result === null)
    return `# Calculation\n\n\`${code(text)}\`\n\nThis could not be calculated: ${plain(why ?? "")}.\n`;
  const lines = [
    "# Calculation",
    "",
    `\`${code(text)}\``,
    "",
    `## ${plain(result)}`,
    "",
    ...(decimal === null ? [] : [`As a decimal number: ${plain(decimal)}`, ""]),
    "*Worked out by the algebra library.*",
  ];
  if (expert === null) return `${lines.join("\n")}\n`;
  const rows = steps.map(
    ({ text: step, verified }) => `| ${verdicts[String(verified) as keyof typeof verdicts]} | ${plain(step)} |`,
  );
  const wrong = steps.filter(({ verified }) => verified === false).length;
  const warning =
    wrong === 0
      ? []
      : [
          "",
          `**${wrong === 1 ? "One line is" : `${wrong} lines are`} wrong**, as algebra finds; the result above is right.`,
        ];
  return [
    ...lines,
    "",
    `## Steps, written by the model (expert ${plain(expert)})`,
    ...warning,
    "",
    "| algebra says | the model wrote |",
    "| --- | --- |",
    ...rows,
    "",
    `Rule ${plain(rule ?? "")}: ${plain(because ?? "")} ${ms} ms.`,
    "",
  ].join("\n");
}

const verdicts = { true: "right", false: "**wrong**", null: "not checked" };

/** Text inside backticks on one line. */
const code = (text: string) => text.replace(/`/g, "'").replace(/\s+/g, " ").trim();

/** The text that may stand in place of a formula in a document: the result without the name of the unknown. */
export const replacement = (result: string): string => result.replace(/^[a-z] = (?=[^=]*$)/, "");
