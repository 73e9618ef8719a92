import { dumpCommand } from "../../src/cli/commands/dump.ts";
import { dumpChoices } from "../../src/cli/dump-arguments.ts";
import { checkDumpForm } from "../../src/cli/dump-combinations.ts";
import { parseArguments } from "../../src/cli/parse.ts";
import { runDump } from "../../src/dump/dump.ts";
import { memorySink } from "../../src/store/memory.ts";
import type { TestServer } from "../support/server.ts";

const SCRIPT_LINES = /^(-- (Dumped by|Started on|Completed on|TOC entry|Dependencies:) .*|\\(un)?restrict .*)\n/gm;

/** A script as text of one character a byte, without the lines that no two runs have alike. */
export function comparable(script: Uint8Array | string): string {
  return (typeof script === "string" ? script : Buffer.from(script).toString("latin1")).replace(SCRIPT_LINES, "");
}

/** What `pgstow dump` with these options prints, or the message with which it refuses them. */
export async function dumpOrMessage(server: TestServer, database: string, args: readonly string[]): Promise<string> {
  const output = memorySink();
  try {
    const parsed = parseArguments(dumpCommand, args);
    const choices = await dumpChoices(parsed);
    checkDumpForm(parsed, "plain");
    await runDump({ connection: { dbname: server.url(database) }, environment: {}, format: "plain", output, ...choices });
    return comparable(output.bytes ?? "");
  } catch (error) {
    return `error: ${error instanceof Error ? error.message : String(error)}`;
  }
}
