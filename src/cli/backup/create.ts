import type { RemoteDumpOptions } from "../../backup/remote.ts";
import { PgstowError } from "../../core/errors.ts";
import { checkLockTimeout } from "../../postgres/lock-timeout.ts";
import type { Command, CommandContext } from "../command.ts";
import { defined, type OptionSpec, type ParsedArguments, wholeNumber } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { createdText } from "./backup-text.ts";
import { pruneText } from "./prune-text.ts";
import { diagnosticSink, jsonOption, openRemote, printJson, remoteOptions, yesOption } from "./remote-options.ts";

const backup = "Backup options:";
const selection = "Selection options (patterns as in psql; each may be given several times):";
const omit = "Omission options:";

const dumpSpecs: readonly OptionSpec[] = [
  { name: "schema-only", short: "s", type: "flag", describe: "only the schema, no data", group: selection },
  { name: "schema", short: "n", type: "list", valueName: "PATTERN", describe: "these schemas only", group: selection },
  { name: "exclude-schema", short: "N", type: "list", valueName: "PATTERN", describe: "not these schemas", group: selection },
  { name: "table", short: "t", type: "list", valueName: "PATTERN", describe: "these tables only", group: selection },
  { name: "exclude-table", short: "T", type: "list", valueName: "PATTERN", describe: "not these tables", group: selection },
  { name: "exclude-table-data", type: "list", valueName: "PATTERN", describe: "not the rows of these tables", group: selection },
  { name: "extension", short: "e", type: "list", valueName: "PATTERN", describe: "these extensions only", group: selection },
  { name: "exclude-extension", type: "list", valueName: "PATTERN", describe: "not these extensions", group: selection },
  { name: "no-large-objects", short: "B", type: "flag", describe: "no large objects", group: omit },
  { name: "no-owner", short: "O", type: "flag", describe: "no ownership", group: omit },
  { name: "no-privileges", short: "x", aliases: ["no-acl"], type: "flag", describe: "no grants and revokes", group: omit },
  { name: "no-comments", type: "flag", describe: "no comments", group: omit },
  { name: "no-publications", type: "flag", describe: "no publications", group: omit },
  { name: "no-security-labels", type: "flag", describe: "no security labels", group: omit },
  { name: "no-subscriptions", type: "flag", describe: "no subscriptions", group: omit },
  { name: "no-tablespaces", type: "flag", describe: "no tablespaces", group: omit },
  { name: "no-unlogged-table-data", type: "flag", describe: "no rows of unlogged tables", group: omit },
];

export const createCommand: Command = {
  name: "backup create",
  usage: "backup create [options]",
  describe: "Backs a remote's database up into its store: a hashed archive that appears under its name only when it is whole.",
  positionalsMax: 0,
  options: [
    ...remoteOptions,
    { name: "label", type: "value", valueName: "TEXT", describe: "words for people, shown in lists", group: backup },
    {
      name: "tag",
      type: "list",
      valueName: "TAG",
      describe: "a name by which it can be kept and found; may be given several times",
      group: backup,
    },
    { name: "verify", type: "flag", describe: "read it back afterwards and check every byte", group: backup },
    { name: "prune", type: "flag", describe: "afterwards remove what the remote's retention does not keep", group: backup },
    { name: "compress", short: "Z", type: "value", valueName: "LEVEL", describe: "zstd level, 1 to 22", group: backup },
    {
      name: "lock-wait-timeout",
      type: "value",
      valueName: "TIMEOUT",
      describe: "fail after waiting so long for a table lock",
      group: backup,
    },
    { name: "role", type: "value", valueName: "ROLE", describe: "do SET ROLE after connecting", group: backup },
    { name: "serializable-deferrable", type: "flag", describe: "wait until the dump can run without anomalies", group: backup },
    { name: "strict", type: "flag", describe: "fail when the database has what this program does not know", group: backup },
    ...dumpSpecs,
    yesOption,
    jsonOption,
    progressOption,
  ],
  examples: [
    ["backup create --remote staging --label 'before 2.0'", "a backup of the remote staging"],
    ["backup create -r postgres://app@db/shop --store s3://backups/shop --verify", "into S3, read back and checked"],
  ],
  run: runCreate,
};

async function runCreate(args: ParsedArguments, context: CommandContext): Promise<void> {
  checkLockTimeout(args.value("lock-wait-timeout"), "option --lock-wait-timeout");
  const options = { label: args.value("label"), tags: tagsOf(args), dump: dumpOptions(args) };
  const { manager, remote } = await openRemote(args);
  if (args.flag("prune") && remote.retention === undefined) {
    throw new PgstowError("usage", `remote "${remote.name}" has no retention in the configuration, so --prune has no rule`);
  }
  const progress = openProgress(args);
  const work = { signal: context.signal, onProgress: progress.sink, onDiagnostic: diagnosticSink(context, () => progress.close()) };
  try {
    const created = await manager.createBackup(remote, { ...options, ...work });
    progress.close();
    if (!args.flag("json")) process.stdout.write(createdText(created));
    const verification = args.flag("verify") ? await manager.verifyBackup(created, work) : undefined;
    progress.close();
    if (verification !== undefined && !args.flag("json")) process.stdout.write(`Verified:  ${verification.ok ? "every byte" : "FAILED"}\n`);
    if (verification?.ok === false)
      throw new PgstowError("corrupt", `the backup was written, but does not verify: ${verification.problem ?? ""}`);
    const pruned =
      args.flag("prune") && remote.retention !== undefined
        ? await manager.pruneBackups(remote.retention, { remote: remote.name, ...work })
        : [];
    if (!args.flag("json")) process.stdout.write(pruneText(pruned));
    else printJson({ backup: { ...created, verifications: verification === undefined ? [] : [verification] }, pruned });
  } finally {
    progress.close();
    await manager.close();
  }
}

function tagsOf(args: ParsedArguments): readonly string[] {
  return args.list("tag").map((tag) => {
    if (/^[\w.:/@-]{1,100}$/.test(tag)) return tag;
    throw new PgstowError("usage", `"${tag}" cannot be a tag`, {
      hint: "A tag has letters, digits and _ . : / @ - and no blanks; --label takes any text.",
    });
  });
}

/** What the command line adds to the remote's own options. */
function dumpOptions(args: ParsedArguments): RemoteDumpOptions {
  const flag = (name: string) => args.flag(name) || undefined;
  const list = (name: string) => (args.list(name).length === 0 ? undefined : args.list(name));
  return defined({
    schemaOnly: flag("schema-only"),
    schemas: list("schema"),
    excludeSchemas: list("exclude-schema"),
    tables: list("table"),
    excludeTables: list("exclude-table"),
    excludeTableData: list("exclude-table-data"),
    extensions: list("extension"),
    excludeExtensions: list("exclude-extension"),
    largeObjects: args.flag("no-large-objects") ? false : undefined,
    noOwner: flag("no-owner"),
    noPrivileges: flag("no-privileges"),
    noComments: flag("no-comments"),
    noPublications: flag("no-publications"),
    noSecurityLabels: flag("no-security-labels"),
    noSubscriptions: flag("no-subscriptions"),
    noTablespaces: flag("no-tablespaces"),
    noUnloggedTableData: flag("no-unlogged-table-data"),
    compressionLevel: wholeNumber(args, "compress", 1, 22),
    lockWaitTimeout: args.value("lock-wait-timeout"),
    role: args.value("role"),
    serializableDeferrable: flag("serializable-deferrable"),
    strict: flag("strict"),
  });
}
