import { PgstowError } from "../../core/errors.ts";
import type { OptionSpec } from "../option.ts";
import { dumpOptionSpecs } from "./dump-options.ts";

const output = "Output options:";
const form = "Form options (for a plain script, and for the SQL in stow and tar archives):";

/** What the archive is written as: options of dump, some of which say a little else here. */
export const convertOptionSpecs: readonly OptionSpec[] = [
  asForDump("file", { describe: "the same as OUT; - is standard output" }),
  asForDump("format", {
    describe:
      "plain script, stow archive, or pg_dump's custom, directory or tar archive; without it the name of OUT decides (.sql, .sql.zst)",
  }),
  asForDump("force"),
  asForDump("compress"),
  asForDump("archive-version", {
    describe:
      "version of a custom, directory or tar archive: 1.14 for pg_restore 15, 1.15 for 16, 1.16 for 17; as in the source without it",
  }),
  { name: "no-sync", type: "flag", describe: "", group: output, hidden: "no-op" },
  { name: "sync-method", type: "value", describe: "", group: output, hidden: "no-op" },
  ...["clean", "if-exists", "create", "disable-triggers", "superuser", "use-set-session-authorization"].map(inForm),
  asForDump("enable-row-security", { describe: "restore rows under row security", group: form }),
  ...["restrict-key", "no-reconnect"].map(inForm),
  ...["no-owner", "no-table-access-method", "no-tablespaces"].map((name) => asForDump(name)),
];

function inForm(name: string): OptionSpec {
  return asForDump(name, { group: form });
}

function asForDump(name: string, change: Partial<OptionSpec> = {}): OptionSpec {
  const spec = dumpOptionSpecs.find((one) => one.name === name);
  if (spec === undefined) throw new PgstowError("internal", `dump has no option --${name}`);
  return { ...spec, ...change };
}
