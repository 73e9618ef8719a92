import { writeFile } from "node:fs/promises";
import { join } from "node:path";

import type { ArchiveReader, Sink } from "../archive/archive.ts";
import { openArchive } from "../archive/open.ts";
import { runConvert } from "../convert/convert.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import type { RestoreOptions, RestoreSummary } from "../restore/restore.ts";
import { selectEntries } from "../restore/selection.ts";
import type { SelectedEntry } from "../restore/selection.ts";
import { createLocalFile } from "../store/local-file.ts";
import { runChild } from "./child.ts";
import { childConnection } from "./connection.ts";
import { findProgram } from "./programs.ts";
import type { Program } from "./programs.ts";
import { restoreArguments } from "./restore-arguments.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

/** Runs pg_restore with further arguments, and perhaps with an archive on its standard input. */
type RunPgRestore = (args: readonly string[], input?: (sink: Sink) => Promise<unknown>) => Promise<void>;

/**
 * The same as runRestore, done by the pg_restore on the environment's PATH. A stow archive reaches it as a custom archive. Which entries
 * are restored is decided here, in both engines alike. Throws a PgstowError: `program` with pg_restore's words.
 */
export async function runRestoreByProgram(options: RestoreOptions): Promise<RestoreSummary> {
  throwIfAborted(options.signal);
  if (options.swap !== undefined) throw new PgstowError("usage", "pg_restore cannot swap databases: leave out engine, or swap");
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic: DiagnosticSink = (diagnostic) => {
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  const archive = typeof options.archive === "string" ? await openArchive(options.archive) : options.archive;
  try {
    const selected = selectEntries(archive.entries, options);
    const ownArguments = restoreArguments(options);
    const environment = options.environment ?? {};
    const program = await findProgram("pg_restore", environment);
    const connection = await childConnection(options.connection, environment, options.signal);
    const { fingerprint } = await archive.verify(options.signal === undefined ? {} : { signal: options.signal });
    const run: RunPgRestore = (args, input) =>
      runChild(program, {
        arguments: [...ownArguments, ...connection.arguments, ...args],
        environment: connection.environment,
        signal: options.signal,
        onDiagnostic,
        input,
      });
    const work =
      archive.format === "stow" || typeof options.archive !== "string"
        ? restoreConverted(archive, options, program, run)
        : restoreListed(options.archive, selected, run);
    const errors = await passedOver(work, options, diagnostics, onDiagnostic);
    return { ...totalsOf(archive, selected), entries: selected.length, errors, fingerprint, diagnostics };
  } finally {
    if (archive !== options.archive) await archive.close();
  }
}

/** How many errors pg_restore passed over, where it was asked to go on: it then fails, and says so in a last warning. */
async function passedOver(
  work: Promise<void>,
  { onError }: RestoreOptions,
  diagnostics: readonly Diagnostic[],
  onDiagnostic: DiagnosticSink,
): Promise<number> {
  try {
    await work;
    return 0;
  } catch (error) {
    const count = /^errors ignored on restore: (\d+)$/.exec(diagnostics.at(-1)?.message ?? "")?.[1];
    if (onError !== "continue" || count === undefined || !(error instanceof PgstowError)) throw error;
    const details = error.context.detail?.split("\n") ?? [];
    onDiagnostic({ severity: "warning", code: "pg_restore", message: error.message, details });
    return Number(count);
  }
}

/** pg_restore reads the archive itself, and a list of the entries that are wanted. */
function restoreListed(archive: string, selected: readonly SelectedEntry[], run: RunPgRestore): Promise<void> {
  return withTemporaryFolder(async (folder) => {
    const list = join(folder, "list");
    await writeFile(list, selected.map(({ entry }) => `${entry.dumpId.toString()}; ${entry.kind}\n`).join(""), { mode: 0o600 });
    await run([`--use-list=${list}`, archive]);
  });
}

/** The wanted entries as a custom archive: down a pipe, or for several jobs in a file, where each can find its place. */
function restoreConverted(archive: ArchiveReader, options: RestoreOptions, program: Program, run: RunPgRestore): Promise<void> {
  const convert = (output: Sink) =>
    runConvert({
      ...options,
      archive,
      format: "custom",
      output,
      compression: { method: "none" },
      archiveMinor: program.major >= 17 ? 16 : program.major === 16 ? 15 : 14,
      signal: options.signal,
    });
  if ((options.jobs ?? 1) === 1) return run([], convert);
  return withTemporaryFolder(async (folder) => {
    const file = join(folder, "archive.dump");
    await convert(await createLocalFile(file, { sync: false }));
    await run([file]);
  });
}

function totalsOf(archive: ArchiveReader, selected: readonly SelectedEntry[]): { readonly rows: number; readonly rawBytes: number } {
  let [rows, rawBytes] = [0, 0];
  for (const { entry } of selected) {
    const size = archive.sizes.get(entry.dumpId);
    rows += size?.rows ?? 0;
    rawBytes += size?.rawBytes ?? 0;
  }
  return { rows, rawBytes };
}
