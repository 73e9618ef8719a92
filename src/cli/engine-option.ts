import { PgstowError } from "../core/errors.ts";
import type { DumpOptions, DumpSummary } from "../dump/dump.ts";
import { type Engine, engines } from "../engine/engine.ts";
import type { RestoreOptions, RestoreSummary } from "../restore/restore.ts";
import type { OptionSpec, ParsedArguments } from "./option.ts";

export const engineOption: OptionSpec = {
  name: "engine",
  type: "value",
  valueName: "native|pg_dump",
  describe: "who does the work: pgstow, or PostgreSQL's own programs on PATH",
  group: "General options:",
};

/** What --engine says. Throws a PgstowError `usage` for an engine that there is not. */
export function engineOf(args: ParsedArguments): Engine {
  const name = args.value("engine") ?? "native";
  const engine = engines.find((one) => one === name);
  if (engine === undefined) throw new PgstowError("usage", `unknown engine "${name}"`, { hint: `Engines: ${engines.join(", ")}.` });
  return engine;
}

/** The dump that --engine asks for; no other is loaded. */
export async function dumpEngine(args: ParsedArguments): Promise<(options: DumpOptions) => Promise<DumpSummary>> {
  if (engineOf(args) === "native") return (await import("../dump/dump.ts")).runDump;
  return (await import("../engine/dump.ts")).runDumpByProgram;
}

/** The restore that --engine asks for; no other is loaded. */
export async function restoreEngine(args: ParsedArguments): Promise<(options: RestoreOptions) => Promise<RestoreSummary>> {
  if (engineOf(args) === "native") return (await import("../restore/restore.ts")).runRestore;
  return (await import("../engine/restore.ts")).runRestoreByProgram;
}
