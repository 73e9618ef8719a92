import type { Argv } from "yargs";
import { PgstowError } from "../core/errors.ts";
import { type Command, generalOptions } from "./command.ts";
import { type OptionSpec, type ParsedArguments, spellOutArguments } from "./option.ts";

/** Reads a command's arguments. Throws a PgstowError `usage` that names the argument which is wrong. */
export function parseArguments(command: Command, args: readonly string[]): ParsedArguments {
  const specs = [...command.options, ...generalOptions];
  const spelled = spellOutArguments(args, specs);
  const end = spelled.indexOf("--");
  const positionals = end < 0 ? [] : spelled.slice(end + 1);
  const surplus = positionals[command.positionalsMax];
  if (surplus !== undefined) {
    throw new PgstowError("usage", `too many command-line arguments (first is "${surplus}")`);
  }
  const values = new Map<string, string[]>();
  for (const option of end < 0 ? spelled : spelled.slice(0, end)) {
    const [, name = "", value = ""] = /^--([^=]+)=?(.*)$/s.exec(option) ?? [];
    checkChoice(specs, name, value);
    values.set(name, [...(values.get(name) ?? []), value]);
  }
  return {
    positionals,
    flag: (name) => values.has(name),
    value: (name) => values.get(name)?.at(-1),
    list: (name) => values.get(name) ?? [],
  };
}

function checkChoice(specs: readonly OptionSpec[], name: string, value: string): void {
  const choices = specs.find((spec) => spec.name === name)?.choices;
  if (choices === undefined || choices.includes(value)) return;
  throw new PgstowError("usage", `invalid value "${value}" for option --${name}: must be one of ${choices.join(", ")}`);
}

/** The help of one command, with a line feed at its end. */
export async function helpOf(command: Command): Promise<string> {
  // Only help needs it, and loading it takes as long as all else that a command loads.
  const { default: yargs } = await import("yargs");
  const specs = [...command.options, ...generalOptions];
  const parser = parserOf(
    yargs([]),
    command,
    specs.filter((spec) => spec.hidden === undefined),
  );
  // A command line of an example stands on a line of its own, to be copied.
  const examples = (command.examples ?? []).map(([line, does]) => `\n  pgstow ${line}\n      ${does}\n`);
  return `${withoutTypes(await parser.getHelp())}\n${examples.length === 0 ? "" : `\nExamples:${examples.join("")}`}`;
}

/** That an option takes a value shows by the value's name; the names of types are ours. */
function withoutTypes(help: string): string {
  return help.replaceAll(/\s*\[(?:string|boolean|array)\]$/gm, "");
}

function parserOf(empty: Argv, command: Command, specs: readonly OptionSpec[]) {
  let parser = empty
    .scriptName("pgstow")
    .locale("en")
    .usage(`${command.describe}\n\nUsage: $0 ${command.usage}`)
    .help(false)
    .version(false)
    .exitProcess(false)
    .wrap(110)
    .parserConfiguration({
      // `--no-owner` is an option of its own, not the contrary of `--owner`.
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "strip-aliased": true,
    })
    .fail((message: string, error: Error | undefined) => {
      throw error instanceof PgstowError ? error : new PgstowError("usage", message.replaceAll(/\s*\n\s*/g, " "));
    });
  for (const spec of specs) parser = parser.option(spec.name, yargsOption(spec));
  return parser;
}

function yargsOption(spec: OptionSpec) {
  return {
    describe: spec.valueName === undefined ? spec.describe : `${spec.valueName}: ${spec.describe}`,
    group: spec.group,
    ...(spec.short === undefined ? {} : { alias: spec.short }),
    ...(spec.choices === undefined ? {} : { choices: spec.choices }),
    ...(spec.type === "flag"
      ? { type: "boolean" as const }
      : { type: "string" as const, ...(spec.type === "list" ? { array: true } : {}) }),
  };
}
