import { restoreTask } from "../restore-arguments.ts";
import { type Face, type FaceContext, FaceUsageError } from "./face.ts";
import { faceConnection } from "./face-connection.ts";
import type { GetoptResult, GivenOption } from "./getopt.ts";
import { givenArguments } from "./given-arguments.ts";
import { checkNumber, jobsRule, transactionSizeRule } from "./number-values.ts";
import { checkSection } from "./pg-dump.ts";
import { pgRestoreHelp, pgRestoreOptions } from "./pg-restore-options.ts";
import { warn } from "./warn.ts";

export const pgRestoreFace: Face = {
  program: "pg_restore",
  options: pgRestoreOptions,
  help: pgRestoreHelp,
  check: checkValue,
  run: runPgRestore,
};

async function runPgRestore(typed: GetoptResult, context: FaceContext): Promise<number> {
  const args = givenArguments(typed);
  const [, surplus] = args.positionals;
  if (surplus !== undefined) throw new FaceUsageError(`too many command-line arguments (first is "${surplus}")`);
  refuseWithHint(args.value("dbname"), args.value("file"));
  const task = await restoreTask(args, "pg_restore");
  const { runRestoreTask } = await import("../restore-run.ts");
  const { messages, signal } = context;
  return runRestoreTask(task, {
    connection: faceConnection(typed, args),
    signal,
    say: (level, text) => messages.say(level, text),
    info: (text) => messages.info(text),
    onDiagnostic: (diagnostic) => warn(messages, diagnostic),
  });
}

/** A pair whose refusal comes with the hint to try --help. */
function refuseWithHint(database: string | undefined, file: string | undefined): void {
  if (database !== undefined && file !== undefined) throw new FaceUsageError("options -d/--dbname and -f/--file cannot be used together");
}

function checkValue(option: GivenOption): void {
  // pg_restore looks at these two in the first place only.
  if (option.name === "help" || option.name === "version") throw new FaceUsageError();
  if (option.name === "jobs") checkNumber(option, jobsRule);
  if (option.name === "transaction-size") checkNumber(option, transactionSizeRule);
  if (option.name === "section") checkSection(option.value ?? "");
}
