import { createReadStream } from "node:fs";
import { readdir } from "node:fs/promises";
import { join } from "node:path";

import type { FolderSink, Sink } from "../archive/archive.ts";
import { runConvert } from "../convert/convert.ts";
import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { readVersion } from "../core/version.ts";
import type { DumpOptions, DumpSummary } from "../dump/options.ts";
import { runChild } from "./child.ts";
import { childConnection } from "./connection.ts";
import type { ChildConnection } from "./connection.ts";
import { dumpArguments } from "./dump-arguments.ts";
import { findProgram } from "./programs.ts";
import type { Program } from "./programs.ts";
import { withTemporaryFolder } from "./temporary-folder.ts";

/** Everything that one run of pg_dump needs. */
interface Run {
  readonly options: DumpOptions;
  readonly program: Program;
  readonly connection: ChildConnection;
  readonly arguments: readonly string[];
  readonly onDiagnostic: DiagnosticSink;
}

/** What is known of a dump that another program made; rows and tables only when they went through our hands. */
type Totals = Pick<DumpSummary, "rows" | "rawBytes" | "storedBytes" | "fingerprint" | "entries" | "tables">;

/**
 * The same as runDump, done by the pg_dump on the environment's PATH. A stow archive is made from the custom archive that it writes.
 * Throws a PgstowError: `program` with pg_dump's words, `unsupported` when it is older than the server; the output is then aborted.
 */
export async function runDumpByProgram(options: DumpOptions): Promise<DumpSummary> {
  const diagnostics: Diagnostic[] = [];
  const onDiagnostic: DiagnosticSink = (diagnostic) => {
    diagnostics.push(diagnostic);
    options.onDiagnostic?.(diagnostic);
  };
  try {
    throwIfAborted(options.signal);
    const startedAt = new Date().toISOString();
    const environment = options.environment ?? {};
    const ownArguments = [...dumpArguments(options), ...formArguments(options)];
    const program = await findProgram("pg_dump", environment);
    const connection = await childConnection(options.connection, environment, options.signal);
    checkAge(program, connection);
    const run = { options, program, connection, arguments: [...ownArguments, ...connection.arguments], onDiagnostic };
    const totals = await dumpTo(run);
    const { database, version, versionNum } = connection.server;
    const metadata = {
      database,
      serverVersion: version,
      serverVersionNum: versionNum,
      toolVersion: options.format === "stow" ? readVersion() : program.version,
      encoding: options.encoding ?? "UTF8",
      standardConformingStrings: true,
      rowSecurity: options.enableRowSecurity ?? false,
      startedAt,
      options: { ...options.notes },
    };
    return { ...totals, finishedAt: new Date().toISOString(), metadata, diagnostics };
  } catch (error) {
    await options.output.abort();
    throw error;
  }
}

/** pg_dump refuses newer servers itself, but later and with less to go by. */
function checkAge(program: Program, { server }: ChildConnection): void {
  if (program.major >= server.major) return;
  throw new PgstowError("unsupported", `pg_dump ${program.version} cannot dump a server of version ${server.version}, which is newer`, {
    context: { detail: `The program is ${program.path}.` },
    hint: "Put a pg_dump of the server's version first on PATH, or use the native engine.",
  });
}

/** Compression and jobs. */
function formArguments({ format, compression, archiveMinor, jobs, compressionLevel, splitTablesLargerThan }: DumpOptions): string[] {
  if (archiveMinor !== undefined) throw new PgstowError("usage", "option --archive-version needs the native engine");
  if (splitTablesLargerThan !== undefined) throw new PgstowError("usage", "option --split-tables-larger-than needs the native engine");
  if (format === "stow") return [];
  if (compressionLevel !== undefined) throw new PgstowError("internal", "a level without a method");
  const args = jobs === undefined || jobs === 1 ? [] : [`--jobs=${jobs.toString()}`];
  if (compression === undefined) return args;
  const { method, level, long } = compression;
  // Up to 15 there is only a level, and 0 is none.
  if (method === "none") return [...args, "--compress=0"];
  if (method === "gzip") return level === undefined ? args : [...args, `--compress=${level.toString()}`];
  const details = [...(level === undefined ? [] : [`level=${level.toString()}`]), ...(long === true ? ["long"] : [])];
  return [...args, `--compress=${[method, ...(details.length === 0 ? [] : [details.join(",")])].join(":")}`];
}

async function dumpTo(run: Run): Promise<Totals> {
  const { format, output } = run.options;
  if (format === "stow") return toStow(run, output);
  if (format === "directory") {
    if (!("file" in output)) throw new PgstowError("usage", "a directory archive needs a folder to be written to");
    return toFolder(run, output);
  }
  if ("file" in output) throw new PgstowError("usage", "only a directory archive is written to a folder");
  return toSink(run, output);
}

/** As the program writes it. */
async function toSink(run: Run, output: Sink): Promise<Totals> {
  let storedBytes = 0;
  await runPgDump(run, [`--format=${run.options.format}`], (bytes) => {
    storedBytes += bytes.length;
    return output.write(bytes);
  });
  await output.finish();
  return { ...NOTHING_KNOWN, storedBytes };
}

/** The program insists on a folder of its own. */
function toFolder(run: Run, output: FolderSink): Promise<Totals> {
  return withTemporaryFolder(async (folder) => {
    const archive = join(folder, "archive");
    await runPgDump(run, ["--format=directory", `--file=${archive}`]);
    let storedBytes = 0;
    // The table of contents comes last: without it a folder is no archive.
    const names = (await readdir(archive)).sort((a, b) => Number(a === "toc.dat") - Number(b === "toc.dat") || (a < b ? -1 : 1));
    for (const name of names) storedBytes += await copyFile(join(archive, name), await output.file(name));
    await output.finish();
    return { ...NOTHING_KNOWN, storedBytes };
  });
}

async function copyFile(path: string, sink: Sink): Promise<number> {
  let bytes = 0;
  for await (const piece of createReadStream(path, { highWaterMark: 1 << 20 })) {
    bytes += (piece as Buffer).length;
    await sink.write(piece as Buffer);
  }
  await sink.finish();
  return bytes;
}

/** By way of a custom archive, lightly compressed, because it lives for a moment. */
function toStow(run: Run, output: Sink | FolderSink): Promise<Totals> {
  const { options } = run;
  return withTemporaryFolder(async (folder) => {
    const archive = join(folder, "archive.dump");
    await runPgDump(run, ["--format=custom", "--compress=1", `--file=${archive}`]);
    return runConvert({
      archive,
      format: "stow",
      output,
      clean: options.clean,
      ifExists: options.ifExists,
      create: options.create,
      noOwner: options.noOwner,
      noTablespaces: options.noTablespaces,
      noTableAccessMethod: options.noTableAccessMethod,
      disableTriggers: options.disableTriggers,
      superuser: options.superuser,
      useSetSessionAuthorization: options.useSetSessionAuthorization,
      enableRowSecurity: options.enableRowSecurity,
      verbose: options.verbose,
      restrictKey: options.restrictKey,
      compressionLevel: options.compressionLevel,
      notes: { ...options.notes, engine: `pg_dump ${run.program.version}` },
      signal: options.signal,
      onProgress: options.onProgress,
    });
  });
}

const NOTHING_KNOWN: Totals = { rows: 0, rawBytes: 0, storedBytes: 0, fingerprint: "", entries: 0, tables: 0 };

function runPgDump(run: Run, args: readonly string[], output?: (bytes: Uint8Array) => Promise<void>): Promise<void> {
  return runChild(run.program, {
    arguments: [...run.arguments, ...args],
    environment: run.connection.environment,
    signal: run.options.signal,
    onDiagnostic: run.onDiagnostic,
    output,
  });
}
