import { PgstowError } from "../../core/errors.ts";
import { checkLockTimeout } from "../../postgres/lock-timeout.ts";
import type { Command, CommandContext } from "../command.ts";
import { connectionFromFlags, connectionOptions } from "../connection-options.ts";
import { dumpAllChoices } from "../dumpall-arguments.ts";
import type { OptionSpec, ParsedArguments } from "../option.ts";
import { openOutput } from "../output.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { dumpOptionSpecs } from "./dump-options.ts";

const content = "Content options:";
const connection = "Connection options:";

/** pg_dump's options that go for each of the databases. */
const SHARED: ReadonlySet<string> = new Set([
  ...["file", "force", "lock-wait-timeout", "no-sync", "data-only", "schema-only", "statistics-only", "statistics", "no-data", "no-schema"],
  ...["no-statistics", "sequence-data", "clean", "if-exists", "encoding", "inserts", "column-inserts", "rows-per-insert"],
  ...["on-conflict-do-nothing", "extra-float-digits", "disable-dollar-quoting", "load-via-partition-root", "disable-triggers", "superuser"],
  ...["quote-all-identifiers", "restrict-key", "use-set-session-authorization", "no-owner", "no-privileges", "no-comments", "no-policies"],
  ...["no-publications", "no-security-labels", "no-subscriptions", "no-table-access-method", "no-tablespaces", "no-toast-compression"],
  ...["no-unlogged-table-data", "strict"],
]);

const ownOptions: readonly OptionSpec[] = [
  { name: "globals-only", short: "g", type: "flag", describe: "roles and tablespaces, no databases", group: content },
  { name: "roles-only", short: "r", type: "flag", describe: "only roles", group: content },
  { name: "tablespaces-only", short: "t", type: "flag", describe: "only tablespaces", group: content },
  { name: "exclude-database", type: "list", valueName: "PATTERN", describe: "not the databases that match", group: content },
  { name: "filter", type: "list", valueName: "FILE", describe: "read the databases to leave out from a file", group: content },
  { name: "no-role-passwords", type: "flag", describe: "no passwords of roles; needs no superuser then", group: content },
  { name: "binary-upgrade", type: "flag", describe: "", group: content, hidden: "no-op" },
  {
    name: "database",
    short: "l",
    type: "value",
    valueName: "DBNAME",
    describe: "database to connect to for roles and tablespaces; postgres without it",
    group: connection,
  },
];

export const dumpallCommand: Command = {
  name: "dumpall",
  usage: "dumpall [options]",
  describe: "Writes the roles, tablespaces and all databases of a server as one SQL script, as pg_dumpall does.",
  positionalsMax: 0,
  options: [...dumpOptionSpecs.filter(({ name }) => SHARED.has(name)), ...ownOptions, ...connectionOptions, progressOption],
  examples: [
    ["dumpall -f server.sql -h db.example.com -U postgres", "everything"],
    ["dumpall -g --no-role-passwords", "roles and tablespaces, as anybody may read them"],
  ],
  run: runDumpallCommand,
};

async function runDumpallCommand(args: ParsedArguments, context: CommandContext): Promise<void> {
  const choices = await dumpAllChoices(args);
  checkLockTimeout(choices.lockWaitTimeout, "option --lock-wait-timeout");
  const source = connectionFromFlags(args);
  const file = args.value("file");
  if (file !== undefined && /\.(zst|gz|lz4|dump|tar|backup)$/.test(file)) {
    throw new PgstowError("usage", `all databases are dumped as a plain script, which the name does not say: ${file}`, {
      hint: "Name it .sql; `pgstow dump` writes archives of one database.",
    });
  }
  const progress = openProgress(args);
  const { runDumpAll } = await import("../../dumpall/dumpall.ts");
  const output = await openOutput({ file, force: args.flag("force"), binary: false, folder: false });
  if ("file" in output) throw new PgstowError("internal", "all databases go to one file");
  try {
    const summary = await runDumpAll({
      ...choices,
      connection: source,
      environment: process.env,
      output,
      signal: context.signal,
      onProgress: progress.sink,
      onDiagnostic: (diagnostic) => {
        progress.close();
        context.messages.diagnostic(diagnostic);
      },
    });
    progress.close();
    const { databases, tables, rows, storedBytes } = summary;
    const written = `${formatCount(tables)} tables, ${formatCount(rows)} rows, ${formatBytes(storedBytes)} written`;
    context.messages.info(`dumped ${formatCount(databases.length)} databases, ${written}`);
  } finally {
    progress.close();
  }
}
