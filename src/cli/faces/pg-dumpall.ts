import { PgstowError } from "../../core/errors.ts";
import { dumpAllChoices } from "../dumpall-arguments.ts";
import type { ParsedArguments } from "../option.ts";
import { type Face, type FaceContext, FaceUsageError } from "./face.ts";
import { faceConnection } from "./face-connection.ts";
import { openOutputFile } from "./face-output.ts";
import type { GetoptResult } from "./getopt.ts";
import { givenArguments } from "./given-arguments.ts";
import { pgDumpallHelp, pgDumpallOptions } from "./pg-dumpall-options.ts";
import { warn } from "./warn.ts";

export const pgDumpallFace: Face = {
  program: "pg_dumpall",
  options: pgDumpallOptions,
  help: pgDumpallHelp,
  run: runPgDumpall,
};

async function runPgDumpall(typed: GetoptResult, context: FaceContext): Promise<number> {
  const args = givenArguments(typed);
  const [surplus] = args.positionals;
  if (surplus !== undefined) throw new FaceUsageError(`too many command-line arguments (first is "${surplus}")`);
  checkOnly(args);
  const choices = await dumpAllChoices(args);
  const output = await openOutputFile(args.value("file"), !args.flag("no-sync"));
  const { runDumpAll } = await import("../../dumpall/dumpall.ts");
  const verbose = args.flag("verbose");
  if (verbose) context.messages.info("reading roles and tablespaces");
  const summary = await runDumpAll({
    ...choices,
    output,
    connection: faceConnection(typed, args),
    environment: process.env,
    signal: context.signal,
    onDiagnostic: (diagnostic) => {
      warn(context.messages, diagnostic);
    },
  }).catch((error: unknown) => {
    if (choices.database === undefined || !(error instanceof PgstowError) || error.code !== "connection") throw error;
    throw new PgstowError("usage", `could not connect to database "${choices.database}"`, { cause: error });
  });
  if (verbose) for (const database of summary.databases) context.messages.info(`dumped database "${database}"`);
  return 0;
}

const ONLY = ["-g/--globals-only", "-r/--roles-only", "-t/--tablespaces-only"] as const;
type Only = (typeof ONLY)[number];

/** In the order in which pg_dumpall looks at them. */
const pairs: readonly (readonly [Only, Only])[] = [
  [ONLY[0], ONLY[1]],
  [ONLY[0], ONLY[2]],
];

/** What can be dumped alone, and then without anything else. These are refused with the hint to try --help. */
function checkOnly(args: ParsedArguments): void {
  const isGiven = (one: Only) => args.flag(one.replace(/^.*--/, ""));
  if (args.flag("exclude-database") && ONLY.some(isGiven)) {
    throw new FaceUsageError(`option --exclude-database cannot be used together with ${ONLY[0]}, ${ONLY[1]}, or ${ONLY[2]}`);
  }
  const refuse = ([one, other]: readonly [Only, Only]): void => {
    if (isGiven(one) && isGiven(other)) throw new FaceUsageError(`options ${one} and ${other} cannot be used together`);
  };
  for (const pair of pairs) refuse(pair);
  if (!args.flag("if-exists") || args.flag("clean")) refuse([ONLY[1], ONLY[2]]);
}
