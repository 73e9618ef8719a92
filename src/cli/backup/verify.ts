import { VERIFY_LEVELS } from "../../backup/backup-info.ts";
import type { BackupInfo, Verification, VerifyLevel } from "../../backup/backup-info.ts";
import type { BackupManager } from "../../backup/manager.ts";
import { PgstowError } from "../../core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { nearestName } from "../nearest-name.ts";
import type { ParsedArguments } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { diagnosticSink, jsonOption, openStores, printJson, remoteOptions } from "./remote-options.ts";

const group = "Verify options:";

export const verifyBackupsCommand: Command = {
  name: "backup verify",
  usage: "backup verify [options] [BACKUP]",
  describe: "Verifies a backup (the latest unless one is named) and records what came of it. Exit code 1 when one does not verify.",
  positionalsMax: 1,
  options: [
    ...remoteOptions,
    {
      name: "level",
      type: "value",
      valueName: "LEVEL",
      describe:
        "structure (the index), hashes (every stored byte), content (every row) or restore (into a scratch database); hashes without it",
      group,
    },
    { name: "scratch", type: "value", valueName: "URL", describe: "server for the scratch database of --level restore", group },
    { name: "all", type: "flag", describe: "all backups of the remote, or of all remotes", group },
    { name: "newer-than", type: "value", valueName: "AGE", describe: "with --all: those younger than 7d, 12h, ...", group },
    jsonOption,
    progressOption,
  ],
  examples: [
    ["backup verify --remote staging --all --newer-than 7d", "every byte of this week's backups"],
    ["backup verify -r staging latest --level restore --scratch postgres://postgres@localhost", "by a restore that is compared"],
  ],
  run: runVerify,
};

async function runVerify(args: ParsedArguments, context: CommandContext): Promise<void> {
  const level = levelOf(args.value("level"));
  const [wanted] = args.positionals;
  if (args.flag("all") && wanted !== undefined) throw new PgstowError("usage", "option --all and a backup's name cannot be used together");
  if (!args.flag("all") && args.value("newer-than") !== undefined) throw new PgstowError("usage", "option --newer-than goes with --all");
  const progress = openProgress(args);
  const work = { signal: context.signal, onProgress: progress.sink, onDiagnostic: diagnosticSink(context, () => progress.close()) };
  const done: { backup: BackupInfo; verification: Verification }[] = [];
  try {
    for (const { manager, backup } of await chosenBackups(args, context)) {
      const verification = await manager.verifyBackup(backup, { level, scratch: args.value("scratch"), ...work });
      done.push({ backup, verification });
      progress.close();
      if (!args.flag("json"))
        process.stdout.write(`${backup.id}  ${level}  ${verification.ok ? "ok" : `FAILED: ${verification.problem ?? ""}`}\n`);
    }
  } finally {
    progress.close();
  }
  if (args.flag("json"))
    printJson({ verifications: done.map(({ backup, verification }) => ({ id: backup.id, remote: backup.remote, ...verification })) });
  else if (done.length === 0) process.stdout.write("There are no backups to verify.\n");
  const failed = done.filter(({ verification }) => !verification.ok);
  if (failed.length > 0) {
    throw new PgstowError(
      "corrupt",
      `${failed.length} of ${done.length} backups do not verify: ${failed.map(({ backup }) => backup.id).join(", ")}`,
    );
  }
}

async function chosenBackups(args: ParsedArguments, context: CommandContext): Promise<{ manager: BackupManager; backup: BackupInfo }[]> {
  const onDiagnostic = diagnosticSink(context);
  const all: { manager: BackupManager; backup: BackupInfo }[] = [];
  for (const { manager, remote } of await openStores(args)) {
    const backups = await manager.listBackups({ remote: remote?.name, onDiagnostic });
    all.push(...backups.map((backup) => ({ manager, backup })));
  }
  if (args.flag("all")) {
    const newerThan = args.value("newer-than");
    if (newerThan === undefined) return all;
    const { momentBefore } = await import("../../backup/duration.ts");
    const { timeOf } = await import("../../backup/retention.ts");
    const since = momentBefore(new Date(), newerThan);
    return all.filter(({ backup }) => timeOf(backup) >= since);
  }
  const { findBackup } = await import("../../backup/find.ts");
  const { newestFirst } = await import("../../backup/list.ts");
  const sorted = all.map(({ backup }) => backup).sort(newestFirst);
  const remote = args.value("remote");
  const found = findBackup(sorted, args.positionals[0] ?? "latest", remote === undefined ? "here" : `of "${remote}"`);
  return all.filter(({ backup }) => backup === found);
}

function levelOf(text: string | undefined): VerifyLevel {
  if (text === undefined) return "hashes";
  const level = VERIFY_LEVELS.find((one) => one === text);
  if (level !== undefined) return level;
  const nearest = nearestName(text, VERIFY_LEVELS);
  throw new PgstowError("usage", `there is no level "${text}"`, {
    hint: nearest === undefined ? `Levels: ${VERIFY_LEVELS.join(", ")}.` : `Did you mean ${nearest}?`,
  });
}
