import type { OptionSpec } from "../option.ts";

const output = "Output options:";
const content = "Content options:";
const transaction = "Transaction options:";
const swap = "Swap options:";
const form = "Form options:";
const omit = "Omission options:";

/** pg_restore's options, but for those that choose among the entries, and of the connection; and some of pgstow's own. */
export const restoreOptionSpecs: readonly OptionSpec[] = [
  {
    name: "file",
    short: "f",
    type: "value",
    valueName: "FILE",
    describe: "write the restore as a script to this file (-: standard output), or with -l the list",
    group: output,
  },
  { name: "list", short: "l", type: "flag", describe: "print the table of contents", group: output },
  { name: "restrict-key", type: "value", valueName: "KEY", describe: "key of the script's \\restrict lines", group: output },

  { name: "clean", short: "c", type: "flag", describe: "drop the archive's objects before making them", group: content },
  { name: "if-exists", type: "flag", describe: "use IF EXISTS when dropping objects", group: content },
  { name: "create", short: "C", type: "flag", describe: "make the archive's database, from within that of -d", group: content },
  { name: "enable-row-security", type: "flag", describe: "restore rows under row security", group: content },
  {
    name: "no-data-for-failed-tables",
    type: "flag",
    describe: "no rows for tables that could not be made (with --continue-on-error)",
    group: content,
  },
  { name: "format", short: "F", type: "value", valueName: "s|c|d|t", describe: "refuse an archive of another format", group: content },

  {
    name: "single-transaction",
    short: "1",
    type: "flag",
    describe: "all of it or nothing: what happens without options",
    group: transaction,
  },
  {
    name: "no-single-transaction",
    type: "flag",
    describe: "each statement by itself; ends at the first error, and what was done stays",
    group: transaction,
  },
  {
    name: "continue-on-error",
    type: "flag",
    describe: "each statement by itself; goes on after errors, as pg_restore does, with exit code 1",
    group: transaction,
  },
  { name: "exit-on-error", short: "e", type: "flag", describe: "end at the first error: what happens without options", group: transaction },
  {
    name: "transaction-size",
    type: "value",
    valueName: "N",
    describe: "commit after so many objects",
    group: transaction,
  },
  {
    name: "jobs",
    short: "j",
    type: "value",
    valueName: "N",
    describe: "data and indexes over so many connections, without a transaction; a large table's rows over several of them",
    group: transaction,
  },

  {
    name: "swap",
    type: "flag",
    describe:
      "restore over -j connections (2 without it) into a new database beside that of -d, with its settings and privileges, which then takes its place in one transaction; the old one is kept as NAME_before_TIME",
    group: swap,
  },
  {
    name: "swap-timeout",
    type: "value",
    valueName: "TIME",
    describe:
      "for the switch all other sessions of the database are ended; if some stay for so long (30s without this option), nothing is changed",
    group: swap,
  },
  {
    name: "drop-old",
    type: "flag",
    describe: "with --swap: drop the old database after the switch; alone, with -d: drop those that earlier swaps have kept",
    group: swap,
  },

  { name: "disable-triggers", type: "flag", describe: "disable triggers while rows are restored (data only)", group: form },
  { name: "superuser", short: "S", type: "value", valueName: "NAME", describe: "superuser for --disable-triggers", group: form },
  { name: "use-set-session-authorization", type: "flag", describe: "SET SESSION AUTHORIZATION instead of ALTER OWNER", group: form },
  {
    name: "maintenance-work-mem",
    type: "value",
    valueName: "SIZE",
    describe: "memory that an index build may use (1GB)",
    group: form,
  },
  { name: "analyze", type: "flag", describe: "gather statistics on the restored tables at the end", group: form },
  { name: "no-reconnect", short: "R", type: "flag", describe: "", group: form, hidden: "no-op" },

  { name: "no-owner", short: "O", type: "flag", describe: "what is made belongs to the connecting role", group: omit },
  { name: "no-table-access-method", type: "flag", describe: "no table access methods", group: omit },
  { name: "no-tablespaces", type: "flag", describe: "no tablespaces", group: omit },
];
