import type { RetentionPolicy } from "../../backup/retention.ts";
import { PgstowError } from "../../core/errors.ts";
import type { Command, CommandContext } from "../command.ts";
import { defined, type ParsedArguments, wholeNumber } from "../option.ts";
import { pruneText } from "./prune-text.ts";
import { mustConfirm } from "./question.ts";
import { diagnosticSink, jsonOption, openPlace, printJson, remoteOptions, yesOption } from "./remote-options.ts";

const policy = "Policy options (what one of them keeps is kept; the remote's retention when none is given):";

export const pruneCommand: Command = {
  name: "backup prune",
  usage: "backup prune [options]",
  describe:
    "Removes the backups of a remote that no rule keeps, and says why for each. The last backup that verifies\nstays, and so does one that is being read. What unfinished runs left goes after a day.",
  positionalsMax: 0,
  options: [
    ...remoteOptions,
    { name: "keep-last", type: "value", valueName: "N", describe: "keep the newest so many", group: policy },
    { name: "keep-daily", type: "value", valueName: "N", describe: "keep the newest of each of the last so many days", group: policy },
    { name: "keep-weekly", type: "value", valueName: "N", describe: "the same of weeks", group: policy },
    { name: "keep-monthly", type: "value", valueName: "N", describe: "the same of months", group: policy },
    { name: "keep-yearly", type: "value", valueName: "N", describe: "the same of years", group: policy },
    { name: "keep-tag", type: "list", valueName: "TAG", describe: "keep all with this tag", group: policy },
    { name: "keep-within", type: "value", valueName: "AGE", describe: "keep all younger than 14d, 1y6m, ...", group: policy },
    { name: "older-than", type: "value", valueName: "AGE", describe: "remove only what is older than 30d, 12h, ...", group: policy },
    { name: "dry-run", type: "flag", describe: "only say what would be removed", group: policy },
    yesOption,
    jsonOption,
  ],
  examples: [
    ["backup prune --remote staging --keep-last 7 --dry-run", "what would go if the last 7 stay"],
    ["backup prune --remote staging --keep-daily 7 --keep-weekly 4 --yes", "without a question"],
  ],
  run: runPrune,
};

async function runPrune(args: ParsedArguments, context: CommandContext): Promise<void> {
  const fromFlags = policyOf(args);
  const { manager, remote } = await openPlace(args);
  try {
    const chosen = fromFlags ?? remote.retention;
    if (chosen === undefined) {
      throw new PgstowError("usage", `no rule says which backups of "${remote.name}" to keep`, {
        hint: "Give --keep-last 7, --older-than 30d, or the like.",
      });
    }
    const options = { remote: remote.name, signal: context.signal, onDiagnostic: diagnosticSink(context) };
    if (!args.flag("dry-run") && !args.flag("yes")) {
      const planned = await manager.pruneBackups(chosen, { ...options, dryRun: true });
      const count = planned.flatMap(({ decisions }) => decisions).filter(({ keep }) => !keep).length;
      if (count > 0) {
        process.stderr.write(pruneText(planned));
        await mustConfirm(`Remove ${count} backups of ${remote.name}?`, context.signal);
      }
    }
    const reports = await manager.pruneBackups(chosen, { ...options, dryRun: args.flag("dry-run") });
    if (args.flag("json")) printJson({ remotes: reports });
    else process.stdout.write(pruneText(reports) || "There are no backups yet.\n");
  } finally {
    await manager.close();
  }
}

/** Undefined when the command line has no rule. */
function policyOf(args: ParsedArguments): RetentionPolicy | undefined {
  const count = (name: string) => wholeNumber(args, name, 0, 100_000);
  const rules = defined({
    keepLast: count("keep-last"),
    keepDaily: count("keep-daily"),
    keepWeekly: count("keep-weekly"),
    keepMonthly: count("keep-monthly"),
    keepYearly: count("keep-yearly"),
    keepTags: args.list("keep-tag").length === 0 ? undefined : args.list("keep-tag"),
    keepWithin: args.value("keep-within"),
    olderThan: args.value("older-than"),
  });
  return Object.keys(rules).length === 0 ? undefined : rules;
}
