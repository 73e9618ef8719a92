import type { BackupInfo } from "../../backup/backup-info.ts";
import type { RemoteConfig } from "../../backup/remote.ts";
import type { RestoreBackupOptions, RestoreReport } from "../../backup/restore.ts";
import { PgstowError } from "../../core/errors.ts";
import { checkLockTimeout } from "../../postgres/lock-timeout.ts";
import type { Command, CommandContext } from "../command.ts";
import type { ParsedArguments } from "../option.ts";
import { restoreOptionSpecs } from "../commands/restore-options.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { numberOf } from "../restore-combinations.ts";
import { sayOldDatabase, swapOf } from "../restore-swap.ts";
import { selectionFromFlags, selectionOptions } from "../selection-options.ts";
import { formatCount } from "../sizes.ts";
import { formatAge } from "./backup-text.ts";
import { askForName, mustConfirm } from "./question.ts";
import { diagnosticSink, jsonOption, openNamedPlace, openRemote, printJson, remoteOptions, yesOption } from "./remote-options.ts";

const group = "Restore options:";
const form = "Form options:";

const swapTexts: Readonly<Record<string, string>> = {
  swap: "restore into a new database beside the remote's, which then takes its place in one transaction; the old one is kept as NAME_before_TIME",
  "drop-old": "with --swap: drop the old database after the switch",
  jobs: "with --swap: data and indexes over so many connections (2)",
};

export const restoreBackupCommand: Command = {
  name: "backup restore",
  usage: "backup restore [options] [BACKUP]",
  describe:
    "Restores a backup (the latest unless one is named: an id, the beginning of one, a file's name) into a remote's\ndatabase. First every hash is checked, then the target is looked at and all that would fail is listed; only\nthen is anything touched, in one transaction: all of it or nothing.",
  positionalsMax: 1,
  options: [
    ...remoteOptions,
    { name: "from", type: "value", valueName: "REMOTE", describe: "whose backup it is; the remote's own without it", group },
    { name: "replace", type: "flag", describe: "drop everything that the database holds first, in the same transaction", group },
    ...restoreOptionSpecs
      .filter(({ name }) => ["swap", "swap-timeout", "drop-old", "jobs"].includes(name))
      .map((spec) => ({ ...spec, describe: swapTexts[spec.name] ?? spec.describe, group })),
    {
      name: "into",
      type: "value",
      valueName: "NAME",
      describe: "make a database of this name on the remote's server, and restore into it",
      group,
    },
    { name: "backup-first", type: "flag", describe: "back the database up before it is replaced", group },
    { name: "terminate-others", type: "flag", describe: "end other sessions on the database", group },
    {
      name: "lock-wait-timeout",
      type: "value",
      valueName: "TIMEOUT",
      describe: "with --replace: give up after waiting so long for tables in use",
      group,
    },
    {
      name: "yes-restore-production",
      type: "value",
      valueName: "NAME",
      describe: "the production remote's name: restore into it without a question",
      group,
    },
    { name: "no-owner", short: "O", type: "flag", describe: "what is made belongs to the connecting role", group: form },
    { name: "no-tablespaces", type: "flag", describe: "no tablespaces", group: form },
    { name: "clean", short: "c", type: "flag", describe: "drop the backup's own objects first, and nothing else", group: form },
    { name: "if-exists", type: "flag", describe: "use IF EXISTS when dropping objects", group: form },
    { name: "role", type: "value", valueName: "ROLE", describe: "do SET ROLE after connecting", group: form },
    ...selectionOptions,
    yesOption,
    jsonOption,
    progressOption,
  ],
  examples: [
    ["backup restore --remote staging latest --replace", "back to what was there at the last backup"],
    ["backup restore --remote staging latest --swap", "the same, while the old database goes on working until the switch"],
    ["backup restore --remote staging 2026 --into shop_copy", "into a new database beside it"],
  ],
  run: runRestoreBackup,
};

async function runRestoreBackup(args: ParsedArguments, context: CommandContext): Promise<void> {
  if (args.flag("if-exists") && !args.flag("clean")) throw new PgstowError("usage", "option --if-exists requires option -c/--clean");
  checkLockTimeout(args.value("lock-wait-timeout"), "option --lock-wait-timeout");
  for (const name of ["swap-timeout", "drop-old"]) {
    if ((args.flag(name) || args.value(name) !== undefined) && !args.flag("swap"))
      throw new PgstowError("usage", `option --${name} requires option --swap`);
  }
  const target = await openRemote(args);
  const from = args.value("from");
  const source = from === undefined ? target : await openNamedPlace(args, from);
  const progress = openProgress(args);
  const onDiagnostic = diagnosticSink(context, () => progress.close());
  try {
    const backup = await source.manager.getBackup(args.positionals[0] ?? "latest", { remote: source.remote.name, onDiagnostic });
    const confirmProduction = await confirmed(args, target.remote, backup, context);
    const options = restoreOptions(args);
    // A backup of the target goes into the target's own store.
    const backedUp =
      args.flag("backup-first") && source !== target
        ? await target.manager.createBackup(target.remote, { label: `before restoring ${backup.id}`, signal: context.signal, onDiagnostic })
        : null;
    const report = await source.manager.restoreBackup(backup, target.remote, {
      ...options,
      backupFirst: args.flag("backup-first") && backedUp === null,
      confirmProduction,
      signal: context.signal,
      onProgress: progress.sink,
      onDiagnostic,
    });
    progress.close();
    print(args, { ...report, backedUp: report.backedUp ?? backedUp });
  } finally {
    progress.close();
    await target.manager.close();
    if (source !== target) await source.manager.close();
  }
}

/** Asks what there is to ask; gives the name of a production remote whose restore is confirmed. */
async function confirmed(
  args: ParsedArguments,
  remote: RemoteConfig,
  backup: BackupInfo,
  context: CommandContext,
): Promise<string | undefined> {
  if (remote.environment === "production") {
    const given = args.value("yes-restore-production") ?? (await askForName(remote.name, context.signal));
    if (given === remote.name) return given;
    throw new PgstowError("usage", `"${given}" is not the name of the production remote "${remote.name}"; nothing was done`);
  }
  if ((args.flag("replace") || args.flag("swap")) && !args.flag("yes")) {
    const age = formatAge(backup.startedAt, new Date());
    await mustConfirm(
      `Replace everything in the database of "${remote.name}" by backup ${backup.id} (${backup.database}, ${age} old)?`,
      context.signal,
    );
  }
  return undefined;
}

function restoreOptions(args: ParsedArguments): RestoreBackupOptions {
  const flag = (name: string) =>
    args.flag(name) ? ({ [name.replaceAll(/-(.)/g, (_, letter: string) => letter.toUpperCase())]: true } as object) : {};
  const role = args.value("role");
  return {
    replace: args.flag("replace"),
    swap: swapOf(args),
    jobs: numberOf(args, "jobs"),
    into: args.value("into"),
    terminateOthers: args.flag("terminate-others"),
    lockWaitTimeout: args.value("lock-wait-timeout"),
    engine: {
      ...selectionFromFlags(args),
      ...flag("no-owner"),
      ...flag("no-tablespaces"),
      ...flag("clean"),
      ...flag("if-exists"),
      ...(role === undefined ? {} : { role }),
    },
  };
}

function print(args: ParsedArguments, report: RestoreReport): void {
  const { backup, backedUp, database, entries, rows, fingerprint, oldDatabase } = report;
  if (args.flag("json")) {
    printJson({
      restored: { backup, database, entries, rows, fingerprint, backedUp, ...(oldDatabase === undefined ? {} : { oldDatabase }) },
    });
    return;
  }
  if (backedUp !== null) process.stdout.write(`Backup created: ${backedUp.id} (of what was there before)\n`);
  process.stdout.write(`Restored ${backup.id} into database ${database}: ${formatCount(entries)} entries, ${formatCount(rows)} rows\n`);
  if (oldDatabase !== undefined) sayOldDatabase(oldDatabase, database);
}
