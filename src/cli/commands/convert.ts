import type { ArchiveReader } from "../../archive/archive.ts";
import type { DumpFormat } from "../../archive/format-of-name.ts";
import type { ConvertOptions } from "../../convert/convert.ts";
import { PgstowError } from "../../core/errors.ts";
import { spoolInput } from "../../store/spooled-input.ts";
import type { Command, CommandContext } from "../command.ts";
import { defined, type ParsedArguments } from "../option.ts";
import { openOutput } from "../output.ts";
import { archiveCompression, archiveVersion, compressionLevel, dumpFormat } from "../output-format.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { selectionFromFlags, selectionOptions } from "../selection-options.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { convertOptionSpecs } from "./convert-options.ts";

export const convertCommand: Command = {
  name: "convert",
  usage: "convert [options] IN OUT",
  describe:
    "Writes an archive (stow, or pg_dump's custom, directory or tar) in another format, with the same entries and rows.\n" +
    "All of IN is checked before OUT is written.",
  positionalsMax: 2,
  options: [...selectionOptions, ...convertOptionSpecs, progressOption],
  examples: [
    ["convert shop.dump shop.sql.zst", "pg_dump's archive as a stow archive"],
    ["convert -Fc shop.sql.zst shop.dump", "a stow archive for pg_restore"],
    ["convert -Fp -t sale shop.dump -", "one table as SQL on standard output"],
    ["convert - shop.sql.zst", "what pg_dump -Fc writes to standard input"],
  ],
  run: runConvertCommand,
};

async function runConvertCommand(args: ParsedArguments, context: CommandContext): Promise<void> {
  const { archive, file } = namesOf(args);
  const format = dumpFormat(args.value("format"), file === "-" ? undefined : file);
  checkCombinations(args, format);
  const fromFlags = optionsFromFlags(args, format);
  const progress = openProgress(args);
  const { runConvert } = await import("../../convert/convert.ts");
  const source = await openSource(archive);
  try {
    const sink = await openOutput({ file, force: args.flag("force"), binary: format !== "plain", folder: format === "directory" });
    const summary = await runConvert({
      ...fromFlags,
      archive: source,
      format,
      output: sink,
      signal: context.signal,
      onProgress: progress.sink,
    });
    progress.close();
    const { entries, tables, rows, storedBytes, fingerprint } = summary;
    context.messages.info(
      `converted ${formatCount(entries)} entries, ${formatCount(tables)} tables, ${formatCount(rows)} rows, ${formatBytes(storedBytes)} written`,
    );
    if (fingerprint !== "") context.messages.info(`fingerprint ${fingerprint}`);
  } finally {
    progress.close();
    await source.close();
  }
}

async function openSource(archive: string): Promise<ArchiveReader> {
  const { openArchive } = await import("../../archive/open.ts");
  const from = archive === "-" ? await spoolInput(process.stdin, "standard input") : archive;
  try {
    return await openArchive(from);
  } catch (error) {
    throw aboutScripts(archive, error);
  }
}

/** A script has no entries: nobody can tell what is in it without running it. */
function aboutScripts(archive: string, error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code !== "not-an-archive" || !error.message.includes("plain SQL script")) return error;
  return new PgstowError("not-an-archive", `"${archive}" is a plain SQL script, which cannot be converted`, {
    cause: error,
    context: error.context,
    hint: "Restore it into an empty database (pgstow restore), and dump that in the format you want (pgstow dump -F).",
  });
}

function namesOf(args: ParsedArguments): { readonly archive: string; readonly file: string } {
  const [archive, positional] = args.positionals;
  const flagged = args.value("file");
  if (archive === undefined) throw new PgstowError("usage", "no archive given");
  if (flagged !== undefined && positional !== undefined) {
    throw new PgstowError("usage", `the output is named twice: with -f/--file and as an argument ("${positional}")`);
  }
  const file = flagged ?? positional;
  if (file === undefined) {
    throw new PgstowError("usage", "no output given", { hint: "Name it after the archive; - is standard output." });
  }
  return { archive, file };
}

/** Options that only change SQL text, which these formats do not hold. */
const SCRIPT_FLAGS = ["clean", "if-exists", "create", "disable-triggers", "use-set-session-authorization"] as const;

function checkCombinations(args: ParsedArguments, format: DumpFormat): void {
  const refuse = (message: string, hint?: string): never => {
    throw new PgstowError("usage", message, hint === undefined ? {} : { hint });
  };
  if (args.flag("data-only") && args.flag("schema-only")) {
    refuse("options -s/--schema-only and -a/--data-only cannot be used together");
  }
  if (args.flag("clean") && args.flag("data-only")) refuse("options -c/--clean and -a/--data-only cannot be used together");
  if (args.flag("if-exists") && !args.flag("clean")) refuse("option --if-exists requires option -c/--clean");
  const key = args.value("restrict-key");
  if (key !== undefined && !/^[A-Za-z0-9]+$/.test(key)) refuse("invalid restrict key");
  if (key !== undefined && format !== "plain") refuse("option --restrict-key can only be used with --format=plain");
  if (format !== "custom" && format !== "directory") return;
  const flag = SCRIPT_FLAGS.find((name) => args.flag(name));
  if (flag !== undefined) {
    refuse(
      `option --${flag} does not go into a ${format} archive`,
      "Give it to pg_restore or pgstow restore, when the archive is restored.",
    );
  }
}

type OptionsFromFlags = Omit<ConvertOptions, "archive" | "format" | "output">;

function optionsFromFlags(args: ParsedArguments, format: DumpFormat): OptionsFromFlags {
  const flag = (name: string) => args.flag(name) || undefined;
  return defined({
    ...selectionFromFlags(args),
    clean: flag("clean"),
    ifExists: flag("if-exists"),
    create: flag("create"),
    disableTriggers: flag("disable-triggers"),
    superuser: args.value("superuser"),
    useSetSessionAuthorization: flag("use-set-session-authorization"),
    enableRowSecurity: flag("enable-row-security"),
    verbose: flag("verbose"),
    restrictKey: args.value("restrict-key"),
    noOwner: flag("no-owner"),
    noTableAccessMethod: flag("no-table-access-method"),
    noTablespaces: flag("no-tablespaces"),
    compressionLevel: compressionLevel(args.value("compress"), format),
    compression: archiveCompression(args.value("compress"), format),
    archiveMinor: archiveVersion(args.value("archive-version"), format),
  });
}
