import type { OptionSpec } from "../option.ts";

const content = "Content options:";
const form = "Form options:";
const omit = "Omission options:";

/** pg_restore's options, but for those that choose among the entries, and of the connection. */
export const restoreOptionSpecs: readonly OptionSpec[] = [
  { name: "clean", short: "c", type: "flag", describe: "drop the archive's objects before making them", group: content },
  { name: "if-exists", type: "flag", describe: "use IF EXISTS when dropping objects", group: content },
  { name: "enable-row-security", type: "flag", describe: "restore rows under row security", group: content },
  // The archive itself says what it is.
  { name: "format", short: "F", type: "value", describe: "", group: content, hidden: "no-op" },
  // One transaction that ends at the first error is what every restore is.
  { name: "single-transaction", short: "1", type: "flag", describe: "", group: content, hidden: "no-op" },
  { name: "exit-on-error", short: "e", type: "flag", describe: "", group: content, hidden: "no-op" },

  { name: "disable-triggers", type: "flag", describe: "disable triggers while rows are restored (data only)", group: form },
  { name: "superuser", short: "S", type: "value", valueName: "NAME", describe: "superuser for --disable-triggers", group: form },
  { name: "use-set-session-authorization", type: "flag", describe: "SET SESSION AUTHORIZATION instead of ALTER OWNER", group: form },
  { name: "no-reconnect", short: "R", type: "flag", describe: "", group: form, hidden: "no-op" },

  { name: "no-owner", short: "O", type: "flag", describe: "what is made belongs to the connecting role", group: omit },
  { name: "no-table-access-method", type: "flag", describe: "no table access methods", group: omit },
  { name: "no-tablespaces", type: "flag", describe: "no tablespaces", group: omit },

  ...(
    [
      ["list", "l"],
      ["create", "C"],
      ["no-data-for-failed-tables"],
      ["no-data"],
      ["no-schema"],
      ["no-statistics"],
      ["statistics"],
      ["statistics-only"],
    ] as const
  ).map(([name, short]) => notYet("flag", name, short)),
  ...(
    [
      ["file", "f"],
      ["use-list", "L"],
      ["index", "I"],
      ["function", "P"],
      ["trigger", "T"],
      ["jobs", "j"],
      ["filter"],
      ["transaction-size"],
      ["restrict-key"],
    ] as const
  ).map(([name, short]) => notYet("value", name, short)),
];

function notYet(type: OptionSpec["type"], name: string, short: string | undefined): OptionSpec {
  return { name, type, describe: "", group: form, hidden: "not-yet", ...(short === undefined ? {} : { short }) };
}
