import type { FolderSink, Sink } from "../../archive/archive.ts";
import { PgstowError } from "../../core/errors.ts";
import { dumpChoices, dumpJobs } from "../dump-arguments.ts";
import { checkDumpForm } from "../dump-combinations.ts";
import { defined, type ParsedArguments } from "../option.ts";
import { archiveCompression, compressionLevel, dumpFormat } from "../output-format.ts";
import { type Face, type FaceContext, FaceUsageError } from "./face.ts";
import { faceConnection } from "./face-connection.ts";
import { openOutputFile, openOutputFolder } from "./face-output.ts";
import type { GetoptResult, GivenOption } from "./getopt.ts";
import { givenArguments } from "./given-arguments.ts";
import { checkNumber, extraFloatDigitsRule, jobsRule, type NumberRule, rowsPerInsertRule } from "./number-values.ts";
import { tellDumpSteps } from "./pg-dump-steps.ts";
import { pgDumpHelp, pgDumpOptions } from "./pg-dump-options.ts";
import { warn } from "./warn.ts";

export const pgDumpFace: Face = {
  program: "pg_dump",
  options: pgDumpOptions,
  help: pgDumpHelp,
  check: checkValue,
  run: runPgDump,
};

async function runPgDump(typed: GetoptResult, context: FaceContext): Promise<number> {
  const args = givenArguments(typed);
  const database = databaseOf(args);
  const choices = await dumpChoices(args);
  const file = args.value("file");
  const format = dumpFormat(args.value("format") ?? "plain", file);
  const compress = args.value("compress");
  const archive = defined({
    compressionLevel: compressionLevel(compress, format),
    compression: archiveCompression(compress, format),
    jobs: dumpJobs(args, format),
  });
  checkDumpForm(args, format);
  const output = await openOutput(file, format === "directory", !args.flag("no-sync"));
  const { runDump } = await import("../../dump/dump.ts");
  await runDump({
    ...choices,
    ...archive,
    format,
    output,
    connection: faceConnection(typed, args, database),
    environment: process.env,
    signal: context.signal,
    onDiagnostic: (diagnostic) => {
      warn(context.messages, diagnostic);
    },
    ...(args.flag("verbose") ? { onProgress: tellDumpSteps(context.messages) } : {}),
  });
  return 0;
}

const numberRules: Readonly<Record<string, NumberRule>> = {
  jobs: jobsRule,
  "rows-per-insert": rowsPerInsertRule,
  "extra-float-digits": extraFloatDigitsRule,
};

function checkValue(option: GivenOption): void {
  // pg_dump looks at these two in the first place only.
  if (option.name === "help" || option.name === "version") throw new FaceUsageError();
  const rule = numberRules[option.name];
  if (rule !== undefined) checkNumber(option, rule);
  if (option.name === "section") checkSection(option.value ?? "");
  if (option.name === "sync-method" && option.value !== "fsync" && option.value !== "syncfs") {
    throw new PgstowError("usage", `unrecognized sync method: ${option.value ?? ""}`);
  }
}

export function checkSection(name: string): void {
  if (["pre-data", "data", "post-data"].includes(name)) return;
  throw new FaceUsageError(`unrecognized section name: "${name}"`);
}

/** The database named without -d. */
function databaseOf(args: ParsedArguments): string | undefined {
  const [first, second] = args.positionals;
  const surplus = args.value("dbname") === undefined ? second : first;
  if (surplus !== undefined) throw new FaceUsageError(`too many command-line arguments (first is "${surplus}")`);
  return first;
}

function openOutput(file: string | undefined, folder: boolean, sync: boolean): Promise<Sink | FolderSink> {
  if (!folder) return openOutputFile(file, sync);
  if (file === undefined || file === "") throw new PgstowError("usage", "no output directory specified");
  return openOutputFolder(file, sync);
}
