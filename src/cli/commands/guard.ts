import { spawn } from "node:child_process";
import { once } from "node:events";
import { constants } from "node:os";
import { PgstowError } from "../../core/errors.ts";
import type { BackupInfo } from "../../backup/backup-info.ts";
import type { RemoteConfig } from "../../backup/remote.ts";
import { checkLockTimeout } from "../../postgres/lock-timeout.ts";
import { askForName, confirm } from "../backup/question.ts";
import { diagnosticSink, openRemote, type OpenRemote, remoteOptions, yesOption } from "../backup/remote-options.ts";
import type { Command, CommandContext } from "../command.ts";
import type { ParsedArguments } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { checkCommand } from "../runnable-command.ts";

const group = "Guard options:";

export const guardCommand: Command = {
  name: "guard",
  usage: "guard [options] -- COMMAND [ARGUMENT...]",
  describe:
    "Backs a remote's database up, then runs a command, such as a migration. When the command fails, the backup can\nbe restored in place of what it left, in one transaction. The exit code is that of the command,\nor 1 when it was not run.",
  positionalsMax: Number.POSITIVE_INFINITY,
  options: [
    ...remoteOptions,
    { name: "auto-rollback", type: "flag", describe: "restore the backup without a question when the command fails", group },
    { name: "label", type: "value", valueName: "TEXT", describe: "label of the backup; without it 'before' and the program's name", group },
    { name: "terminate-others", type: "flag", describe: "end other sessions on the database before the restore", group },
    {
      name: "lock-wait-timeout",
      type: "value",
      valueName: "TIMEOUT",
      describe: "give the restore up after waiting so long for tables in use",
      group,
    },
    {
      name: "yes-restore-production",
      type: "value",
      valueName: "NAME",
      describe: "the production remote's name: it may be restored without a question",
      group,
    },
    { ...yesOption, describe: "restore without a question, as --auto-rollback does (but not into production)" },
    progressOption,
  ],
  examples: [["guard --remote staging --auto-rollback -- npm run migrate", "a deployment that takes itself back"]],
  run: runGuard,
};

async function runGuard(args: ParsedArguments, context: CommandContext): Promise<number> {
  const [program, ...rest] = args.positionals;
  if (program === undefined)
    throw new PgstowError("usage", "no command given", {
      hint: "Write it behind two dashes: pgstow guard --remote staging -- npm run migrate",
    });
  checkLockTimeout(args.value("lock-wait-timeout"), "option --lock-wait-timeout");
  await checkCommand(program, process.env["PATH"]);
  const opened = await openRemote(args);
  const { manager, remote } = opened;
  if (args.flag("auto-rollback") && remote.environment === "production" && args.value("yes-restore-production") !== remote.name) {
    throw new PgstowError("usage", `"${remote.name}" is a production database, and restoring into it is not confirmed`, {
      hint: `Add --yes-restore-production ${remote.name}.`,
    });
  }
  const progress = openProgress(args);
  const onDiagnostic = diagnosticSink(context, () => progress.close());
  try {
    const label = args.value("label") ?? `before ${basename(program)}`;
    const backup = await manager.createBackup(remote, { label, signal: context.signal, onProgress: progress.sink, onDiagnostic });
    progress.close();
    context.signal.throwIfAborted();
    say(`backup ${backup.id} of "${remote.name}" is there; running ${basename(program)}`);
    const code = await runCommand(program, rest);
    if (code === 0) return 0;
    say(`${basename(program)} ended with exit code ${String(code)}`);
    await rollBack(opened, backup, args, context);
    return code;
  } finally {
    progress.close();
    await manager.close();
  }
}

/** Never throws away the exit code of the command: what goes wrong here is said. */
async function rollBack(
  { manager, remote }: OpenRemote,
  backup: BackupInfo,
  args: ParsedArguments,
  context: CommandContext,
): Promise<void> {
  const by = wayBack(remote, backup, args);
  try {
    const confirmProduction = await mayRollBack(remote, args, context);
    if (confirmProduction === undefined) {
      say(`the database is as the command left it; to take it back: ${by}`);
      return;
    }
    const { rows } = await manager.restoreBackup(backup, remote, {
      replace: true,
      terminateOthers: args.flag("terminate-others"),
      lockWaitTimeout: args.value("lock-wait-timeout"),
      confirmProduction,
      onDiagnostic: diagnosticSink(context),
    });
    say(`the database is what it was before: ${String(rows)} rows restored`);
  } catch (error) {
    context.messages.error(error);
    say(`the database is as the command left it; to take it back: ${by}`);
  }
}

/** The name by which a restore is confirmed; undefined when it is not to be. */
async function mayRollBack(remote: RemoteConfig, args: ParsedArguments, { signal }: CommandContext): Promise<string | undefined> {
  const given = args.value("yes-restore-production");
  const isConfirmed = remote.environment !== "production" || given === remote.name;
  if (isConfirmed && (args.flag("auto-rollback") || args.flag("yes"))) return remote.name;
  if (!process.stdin.isTTY) return undefined;
  if (!isConfirmed) return (await askForName(remote.name, signal)) === remote.name ? remote.name : undefined;
  return (await confirm("Restore the backup in place of what is there now?", signal)) ? remote.name : undefined;
}

/** The command that does by hand what was not done. A URL is not repeated: it may hold a password. */
function wayBack(remote: RemoteConfig, backup: BackupInfo, args: ParsedArguments): string {
  const same = ["store", "config"].flatMap((name) => {
    const value = args.value(name);
    return value === undefined ? [] : [`--${name}`, /^[\w./:@+-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`];
  });
  const name = remote.url === args.value("remote") ? "..." : remote.name;
  return ["pgstow backup restore --remote", name, ...same, backup.id, "--replace"].join(" ");
}

/** Ctrl-C reaches the command by the terminal; these come from elsewhere, to this process alone. */
const FORWARDED = ["SIGTERM", "SIGHUP"] as const;

/** With our own terminal; signals go to it as well, and it decides when it ends. */
async function runCommand(program: string, args: readonly string[]): Promise<number> {
  const child = spawn(program, args, { stdio: "inherit" });
  const forward = (signal: NodeJS.Signals) => child.kill(signal);
  for (const name of FORWARDED) process.on(name, forward);
  try {
    const [code, signal] = (await once(child, "close")) as [number | null, NodeJS.Signals | null];
    return code ?? 128 + (signal === null ? 0 : constants.signals[signal]);
  } catch (cause) {
    throw new PgstowError("file", `could not run "${program}": ${reasonOf(cause)}`, { cause, hint: "The database was not touched." });
  } finally {
    for (const name of FORWARDED) process.off(name, forward);
  }
}

function reasonOf(cause: unknown): string {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  if (code === "ENOENT") return "there is no such command";
  if (code === "EACCES") return "permission denied";
  return cause instanceof Error ? cause.message : String(cause);
}

function basename(program: string): string {
  return program.slice(program.lastIndexOf("/") + 1);
}

function say(text: string): void {
  process.stderr.write(`pgstow: ${text}\n`);
}
