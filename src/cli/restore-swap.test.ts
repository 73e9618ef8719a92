import { describe, expect, it } from "vitest";
import { restoreCommand } from "./commands/restore.ts";
import { parseArguments } from "./parse.ts";
import { restoreTask } from "./restore-arguments.ts";
import { onlyDropsOld } from "./restore-swap.ts";

const parse = (line: string) => parseArguments(restoreCommand, line.split(" "));
const taskOf = (line: string) => restoreTask(parse(line), "pgstow");

describe("the options of a swap", () => {
  it.each([
    ["--swap -d shop a.zst", { swap: {} }],
    ["--swap -j 4 --drop-old -d shop a.zst", { swap: { dropOld: true }, jobs: 4 }],
    ["--swap --swap-timeout=5 -d shop a.zst", { swap: { timeoutMs: 5000 } }],
    ["--swap --swap-timeout=1.5min --analyze --no-owner -d shop a.zst", { swap: { timeoutMs: 90_000 }, analyze: true, noOwner: true }],
    ["--swap --swap-timeout 250ms --exit-on-error -d shop a.zst", { swap: { timeoutMs: 250 } }],
  ])("restore %s", async (line, choices) => {
    expect((await taskOf(line)).choices).toEqual({ ...choices, strictNames: undefined });
  });

  it.each([
    ["-1", "-1/--single-transaction"],
    ["--no-single-transaction", "--no-single-transaction"],
    ["--transaction-size=5", "--transaction-size"],
    ["--continue-on-error", "--continue-on-error"],
    ["--clean", "-c/--clean"],
    ["-C", "-C/--create"],
    ["-f x.sql", "-f/--file"],
    ["-l", "-l/--list"],
    ["-L list", "-L/--use-list"],
    ["--section=data", "--section"],
    ["-a", "-a/--data-only"],
    ["-s", "-s/--schema-only"],
    ["-t sale", "-t/--table"],
    ["-n public", "-n/--schema"],
    ["-N public", "-N/--exclude-schema"],
  ])("do not go with %s", async (option, label) => {
    await expect(taskOf(`--swap -d shop ${option} a.zst`)).rejects.toMatchObject({
      code: "usage",
      message: `options --swap and ${label} cannot be used together`,
    });
  });

  it.each([
    ["--swap --engine pg_dump -d shop a.zst", "options --swap and --engine cannot be used together: only pgstow itself can swap"],
    ["--swap a.zst", "option --swap requires option -d/--dbname"],
    ["--swap --swap-timeout=soon -d shop a.zst", 'invalid value "soon" for option --swap-timeout'],
    ["--swap --swap-timeout=0 -d shop a.zst", 'invalid value "0" for option --swap-timeout'],
    ["--swap --swap-timeout=-1 -d shop a.zst", 'invalid value "-1" for option --swap-timeout'],
    ["--swap-timeout=5 -d shop a.zst", "option --swap-timeout requires option --swap"],
    ["--drop-old -d shop a.zst", "option --drop-old with an archive requires option --swap"],
    ["--swap -j 0 -d shop a.zst", "-j/--jobs must be in range 1..2147483647"],
  ])("restore %s: %s", async (line, message) => {
    await expect(taskOf(line)).rejects.toMatchObject({ code: "usage", message });
  });

  it.each([
    ["--drop-old -d shop", true],
    ["--drop-old -d shop a.zst", false],
    ["--drop-old --swap -d shop", false],
    ["-d shop", false],
  ])("restore %s only drops old databases: %s", (line, drops) => {
    expect(onlyDropsOld(parse(line))).toBe(drops);
  });
});
