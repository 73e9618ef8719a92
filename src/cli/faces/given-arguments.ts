import type { ParsedArguments } from "../option.ts";
import type { GetoptResult } from "./getopt.ts";

/** What getopt found, in the shape that the commands read. */
export function givenArguments({ given, operands }: GetoptResult): ParsedArguments {
  const list = (name: string) => given.filter((option) => option.name === name).map(({ value }) => value ?? "");
  return {
    positionals: operands,
    flag: (name) => given.some((option) => option.name === name),
    value: (name) => list(name).at(-1),
    list,
  };
}
