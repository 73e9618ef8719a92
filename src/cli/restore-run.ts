import type { ArchiveReader, RandomAccess } from "../archive/archive.ts";
import { openArchive } from "../archive/open.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import type { ProgressSink } from "../core/progress.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import type { RestoreOptions, RestoreSummary, runRestore } from "../restore/restore.ts";
import { selectEntries } from "../restore/selection.ts";
import { openOutputFile } from "./faces/face-output.ts";
import { defined } from "./option.ts";
import type { RestoreTask } from "./restore-arguments.ts";
import { tocLines } from "./toc-text.ts";

export interface RestoreRunContext {
  readonly connection: SettingsInput;
  readonly signal: AbortSignal;
  /** A message of the program, of one or several lines. */
  readonly say: (level: "error" | "warning", text: string) => void;
  /** What --verbose shows. */
  readonly info: (text: string) => void;
  readonly onDiagnostic: DiagnosticSink;
  readonly onProgress?: ProgressSink;
  /** Who restores; this program unless another engine is asked for. */
  readonly runRestore?: typeof runRestore;
  /** Told of a restore that came to its end. */
  readonly onSummary?: (summary: RestoreSummary) => void;
}

/**
 * Does what a command line asks for: prints a list, writes a script, or restores. What a list does not need is loaded when it is needed.
 * Gives the exit code: 1 when errors were passed over, and when the work ended at an error that has been told already. Throws a PgstowError
 * for all else.
 */
export async function runRestoreTask(task: RestoreTask, context: RestoreRunContext): Promise<number> {
  if (task.output !== undefined) await (await import("./spare-archives.ts")).spareArchives(task);
  const archive = await openTaskArchive(task);
  try {
    const list = await readUseList(task, archive, context);
    const choices = { ...defined({ list }), ...task.choices };
    if (task.does === "list") return await printList(archive, task, choices);
    if (task.does === "script") return await printScript(archive, task, choices, context);
    return await restoreDatabase(archive, task, choices, context);
  } finally {
    await archive.close();
  }
}

async function openTaskArchive({ archive: path, format, manner }: RestoreTask): Promise<ArchiveReader> {
  const archive = await openArchive(path ?? (await spooledStandardInput())).catch(async (error: unknown) => {
    if (manner === "pgstow") throw error;
    const { explainUnreadable } = await import("./unreadable-archive.ts");
    throw await explainUnreadable(error, path);
  });
  if (format === undefined || archive.format === format) return archive;
  await archive.close();
  throw new PgstowError("usage", `expected format (${format}) differs from format found in file (${archive.format})`);
}

async function spooledStandardInput(): Promise<RandomAccess> {
  const { spoolInput } = await import("../store/spooled-input.ts");
  return spoolInput(process.stdin, "standard input");
}

async function readUseList(
  { useList }: RestoreTask,
  archive: ArchiveReader,
  { onDiagnostic }: RestoreRunContext,
): Promise<readonly number[] | undefined> {
  if (useList === undefined) return undefined;
  const { parseUseList } = await import("../restore/use-list.ts");
  return parseUseList(useList, archive, onDiagnostic);
}

type Choices = RestoreTask["choices"] & { readonly list?: readonly number[] };

async function printList(archive: ArchiveReader, task: RestoreTask, choices: Choices): Promise<number> {
  const shown = selectEntries(archive.entries, choices).map(({ entry }) => entry);
  const sink = await openOutputFile(task.output, false);
  await sink.write(Buffer.from(`${[...tocLines(archive, shown, task.verbose)].join("\n")}\n`));
  await sink.finish();
  return 0;
}

async function printScript(archive: ArchiveReader, task: RestoreTask, choices: Choices, context: RestoreRunContext): Promise<number> {
  const { signal, info } = context;
  const onStep = task.verbose ? info : undefined;
  const sink = await openOutputFile(task.output, false);
  const { restrictKey, verbose } = task;
  const singleTransaction = task.choices.transaction === "all" && task.manner === "pg_restore";
  const { writeScript } = await import("../restore/script.ts");
  await writeScript(archive, { ...choices, ...defined({ restrictKey, onStep }), verbose, singleTransaction, signal }, sink);
  return 0;
}

async function restoreDatabase(archive: ArchiveReader, task: RestoreTask, choices: Choices, context: RestoreRunContext): Promise<number> {
  checkParallel(archive, task);
  const { connection, signal, onDiagnostic, onProgress } = context;
  const { FailureTeller } = await import("./failure-teller.ts");
  const teller = new FailureTeller(task, context);
  const options: RestoreOptions = {
    ...choices,
    archive,
    connection,
    environment: process.env,
    signal,
    onDiagnostic,
    onFailure: (failure) => teller.tell(failure),
    ...defined({ onProgress, onStep: task.verbose && task.manner === "pg_restore" ? context.info : undefined }),
  };
  try {
    const run = context.runRestore ?? (await import("../restore/restore.ts")).runRestore;
    const summary = await run(options);
    context.onSummary?.(summary);
    if (summary.errors === 0) return 0;
    context.say("warning", `errors ignored on restore: ${String(summary.errors)}`);
    return 1;
  } catch (error) {
    if (teller.hasTold(error)) return 1;
    throw error;
  }
}

/** What pg_restore cannot do with several connections. */
function checkParallel(archive: ArchiveReader, { manner, archive: path, choices }: RestoreTask): void {
  if (manner === "pgstow" || (choices.jobs ?? 1) === 1) return;
  if (archive.format === "tar") throw new PgstowError("usage", "parallel restore is not supported with this archive file format");
  if (path === undefined) throw new PgstowError("usage", "parallel restore from standard input is not supported");
}
