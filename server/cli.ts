// Entry of the command line: complete, route, explain, document, plan, calculate, experts and models, the same code as in the editor.
import { parseArgs } from "node:util";
import { calculate, humanCalculation } from "./cli/calculate.ts";
import { complete, explainRoute } from "./cli/commands.ts";
import type { Reporter } from "./cli/engine.ts";
import { addExpert, listExperts, removeExpert } from "./cli/experts.ts";
import { forgetModel, importOwn, listModels } from "./cli/models.ts";
import { BadInput } from "./cli/place.ts";
import { humanPlan, plan } from "./cli/plan.ts";
import {
  humanAdded,
  humanCompletion,
  humanExperts,
  humanForgotten,
  humanImported,
  humanModels,
  humanRemoved,
  humanRoute,
} from "./cli/print.ts";
import { document, explain, humanDocumentation, humanExplanation } from "./cli/tasks.ts";
import { installed } from "./installation.ts";

const usage = [
  "usage: coterie complete FILE:LINE:COLUMN [--root FOLDER] [--rules FILE] [--model ID] [--json]",
  "       coterie route FILE:LINE:COLUMN [--task TASK] [--root FOLDER] [--rules FILE] [--model ID] [--json]",
  "       coterie plan GOAL FILE... [--apply [--test COMMAND]] [--find EXPRESSION --replace EXPRESSION] [--save NAME.coterie-plan.json] [--root FOLDER] [--json]",
  "       coterie plan NAME.coterie-plan.json [FILE...] [--apply [--test COMMAND]] [--root FOLDER] [--json]",
  "       coterie plan --undo RUN [--json]",
  "       coterie explain FILE:LINE[-LINE] [--root FOLDER] [--rules FILE] [--model ID] [--json]",
  "       coterie document FILE:LINE [--root FOLDER] [--rules FILE] [--model ID] [--json]",
  "       coterie calculate FORMULA [--json]",
  "       coterie experts [add FOLDER | remove ID] [--json]",
  "       coterie import PATH [--id ID] [--cut LAYERS] [--bits 4|8|32] [--json]",
  "       coterie models [remove ID] [--json]",
  "Lines and columns count from 1; the cursor is before the column.",
].join("\n");

const flags = {
  json: { type: "boolean", default: false },
  root: { type: "string" },
  rules: { type: "string" },
  task: { type: "string" },
  model: { type: "string" },
  id: { type: "string" },
  cut: { type: "string" },
  bits: { type: "string" },
  apply: { type: "boolean" },
  undo: { type: "string" },
  find: { type: "string" },
  replace: { type: "string" },
  test: { type: "string" },
  save: { type: "string" },
  help: { type: "boolean", short: "h", default: false },
} as const;

/** The commands that a flag means something to; one that is not named here goes with all of them. */
const goesWith: Readonly<Record<string, readonly string[]>> = {
  root: ["complete", "route", "explain", "document", "plan"],
  rules: ["complete", "route", "explain", "document"],
  model: ["complete", "route", "explain", "document"],
  task: ["route"],
  ...Object.fromEntries(["id", "cut", "bits"].map((flag) => [flag, ["import"]])),
  ...Object.fromEntries(["apply", "undo", "find", "replace", "save", "test"].map((flag) => [flag, ["plan"]])),
};

/** Progress stands on one line of a terminal and is gone when the result comes. */
const terminal: Reporter & { clear(): void } = {
  progress: (text) => void (process.stderr.isTTY && process.stderr.write(`\r\x1b[K${text} ...`)),
  warn: (text) => void process.stderr.write(`${oneLine(text)}\n`),
  clear: () => void (process.stderr.isTTY && process.stderr.write("\r\x1b[K")),
};

async function run(): Promise<string> {
  const { values, positionals } = parsed();
  if (values.help) return usage;
  const [command, argument, ...more] = positionals;
  const [operand] = command === "experts" || command === "models" ? more.splice(0, 1) : [];
  const installation = installed();
  const print = <T>(result: T, human: (result: T) => string) => (values.json ? JSON.stringify(result) : human(result));
  checkFlags(command, values);
  if (command === "plan") {
    const result = await plan(argument, more, values, installation, terminal);
    if (result.stopped !== null) process.exitCode = 1;
    return print(result, humanPlan);
  }
  if (more.length > 0) throw new BadInput(`There is an argument too many: ${more[0]}.`);
  if (command === "complete") return print(await complete(argument, values, installation, terminal), humanCompletion);
  if (command === "route") return print(await explainRoute(argument, values, installation, terminal), humanRoute);
  if (command === "explain") return print(await explain(argument, values, installation, terminal), humanExplanation);
  if (command === "document") {
    return print(await document(argument, values, installation, terminal), humanDocumentation);
  }
  if (command === "calculate") return print(await calculate(argument, installation, terminal), humanCalculation);
  if (command === "experts" && argument === undefined) {
    return print(await listExperts(installation, terminal), humanExperts);
  }
  if (command === "experts" && argument === "add") {
    return print(addExpert(operand, installation, terminal), humanAdded);
  }
  if (command === "experts" && argument === "remove") return print(removeExpert(operand, installation), humanRemoved);
  if (command === "experts") throw new BadInput(`experts cannot "${argument}": add FOLDER or remove ID.`);
  if (command === "import") return print(importOwn(argument, values, installation, terminal), humanImported);
  if (command === "models" && argument === undefined) return print(listModels(installation), humanModels);
  if (command === "models" && argument === "remove") return print(forgetModel(operand, installation), humanForgotten);
  if (command === "models") throw new BadInput(`models cannot "${argument}": remove ID.`);
  const said = command === undefined ? "Name a command" : `There is no command "${command}"`;
  throw new BadInput(
    `${said}: complete, route, explain, document, plan, calculate, experts, import or models. See coterie --help.`,
  );
}

/** Flags of one command are refused with another one, where they would mean nothing. */
function checkFlags(command: string | undefined, values: Readonly<Record<string, unknown>>): void {
  if (command === undefined) return;
  for (const [flag, commands] of Object.entries(goesWith)) {
    if (values[flag] === undefined || commands.includes(command)) continue;
    throw new BadInput(`--${flag} goes with ${inWords(commands)} only.`);
  }
  if (values["undo"] !== undefined) {
    const other = ["apply", "find", "replace", "save", "test", "root"].find((flag) => values[flag] !== undefined);
    if (other) throw new BadInput(`--${other} does not go with --undo, which takes a run back as it was.`);
  } else if (values["test"] !== undefined && !values["apply"]) {
    throw new BadInput("--test goes with --apply only: what is only shown is not tested.");
  }
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? names[0]! : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;
}

function parsed() {
  try {
    return parseArgs({ args: formulaLast(process.argv.slice(2)), options: flags, allowPositionals: true });
  } catch (error) {
    throw new BadInput(error instanceof Error ? error.message : String(error));
  }
}

/** A formula may begin with a minus: where one is calculated, what is no flag of ours goes behind all flags. */
function formulaLast(given: readonly string[]): string[] {
  const isFlag = (each: string) =>
    each === "-h" || (each.startsWith("--") && Object.hasOwn(flags, each.slice(2).replace(/=.*/s, "")));
  const isFormula = (each: string) => each.startsWith("-") && !isFlag(each);
  if (given.find((each) => !each.startsWith("-")) !== "calculate" || given.includes("--")) return [...given];
  return [...given.filter((each) => !isFormula(each)), "--", ...given.filter(isFormula)];
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, " ").trim();
}

run().then(
  (output) => {
    terminal.clear();
    process.stdout.write(`${output}\n`);
  },
  (error: unknown) => {
    terminal.clear();
    process.stderr.write(`coterie: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
    process.exitCode = error instanceof BadInput ? 2 : 1;
  },
);
