import type { BackupInfo } from "../../backup/backup-info.ts";
import type { Command } from "../command.ts";
import { type ParsedArguments, wholeNumber } from "../option.ts";
import { renderTable } from "../text-table.ts";
import { backupColumns } from "./backup-text.ts";
import { listStores } from "./list-stores.ts";
import { jsonOption, printJson, remoteOptions } from "./remote-options.ts";

const filters = "Filter options:";

export const listBackupsCommand: Command = {
  name: "backup list",
  usage: "backup list [options]",
  describe:
    "Lists backups, newest first: of one remote, or of all.\nOf several stores, one that cannot be asked is left out with a warning; the exit code is 1 when none can be.",
  positionalsMax: 0,
  options: [
    ...remoteOptions,
    { name: "tag", type: "list", valueName: "TAG", describe: "only those with this tag", group: filters },
    { name: "label", type: "value", valueName: "TEXT", describe: "only those whose label holds this", group: filters },
    { name: "database", type: "value", valueName: "NAME", describe: "only those of this database", group: filters },
    { name: "newer-than", type: "value", valueName: "AGE", describe: "only those younger than 7d, 12h, ...", group: filters },
    { name: "limit", type: "value", valueName: "N", describe: "only the newest so many", group: filters },
    jsonOption,
  ],
  examples: [["backup list --remote staging", "the backups of the remote staging"]],
  async run(args, context) {
    const limit = wholeNumber(args, "limit", 1, 1_000_000);
    const wanted = await filterOf(args);
    const { backups: found } = await listStores(args, context);
    const backups = found.filter(wanted).slice(0, limit);
    if (args.flag("json")) printJson({ backups });
    else if (backups.length > 0) process.stdout.write(renderTable(backupColumns(new Date()), backups));
    else process.stdout.write(found.length === 0 ? "There are no backups yet.\n" : "No backup is like that.\n");
  },
};

async function filterOf(args: ParsedArguments): Promise<(backup: BackupInfo) => boolean> {
  const tags = args.list("tag");
  const [label, database, newerThan] = [args.value("label"), args.value("database"), args.value("newer-than")];
  const { momentBefore } = await import("../../backup/duration.ts");
  const { timeOf } = await import("../../backup/retention.ts");
  const since = newerThan === undefined ? undefined : momentBefore(new Date(), newerThan);
  return (backup) =>
    tags.every((tag) => backup.tags.includes(tag)) &&
    (label === undefined || (backup.label ?? "").includes(label)) &&
    (database === undefined || backup.database === database) &&
    (since === undefined || timeOf(backup) >= since);
}
