import type { RestoreSelection } from "../restore/selection.ts";
import { defined, type OptionSpec, type ParsedArguments } from "./option.ts";
import { sectionOption, sectionsOf } from "./section-option.ts";

const content = "Content options:";
const selection = "Selection options (exact names; each may be given several times):";
const omit = "Omission options:";

/** pg_restore's options that choose among the entries of an archive. */
export const selectionOptions: readonly OptionSpec[] = [
  { name: "data-only", short: "a", type: "flag", describe: "only the data, not the schema", group: content },
  { name: "schema-only", short: "s", type: "flag", describe: "only the schema, no data", group: content },
  sectionOption,
  { name: "schema", short: "n", type: "list", valueName: "NAME", describe: "only what is in this schema", group: selection },
  { name: "exclude-schema", short: "N", type: "list", valueName: "NAME", describe: "not what is in this schema", group: selection },
  {
    name: "table",
    short: "t",
    type: "list",
    valueName: "NAME",
    describe: "only this table, view or sequence (NAME or SCHEMA.NAME)",
    group: selection,
  },
  { name: "index", short: "I", type: "list", valueName: "NAME", describe: "only this index", group: selection },
  {
    name: "function",
    short: "P",
    type: "list",
    valueName: "NAME(args)",
    describe: "only this function, as the list spells it",
    group: selection,
  },
  { name: "trigger", short: "T", type: "list", valueName: "NAME", describe: "only this trigger, as the list spells it", group: selection },
  { name: "strict-names", type: "flag", describe: "", group: selection, hidden: "no-op" },
  { name: "statistics-only", type: "flag", describe: "only the statistics of tables", group: content },
  { name: "statistics", type: "flag", describe: "statistics too, where another option leaves them out", group: content },
  { name: "no-schema", type: "flag", describe: "no definitions", group: omit },
  { name: "no-data", type: "flag", describe: "no data", group: omit },
  { name: "no-statistics", type: "flag", describe: "no statistics", group: omit },
  { name: "no-privileges", short: "x", aliases: ["no-acl"], type: "flag", describe: "no grants and revokes", group: omit },
  { name: "no-comments", type: "flag", describe: "no comments", group: omit },
  { name: "no-policies", type: "flag", describe: "no row-level security policies", group: omit },
  { name: "no-publications", type: "flag", describe: "no publications", group: omit },
  { name: "no-security-labels", type: "flag", describe: "no security labels", group: omit },
  { name: "no-subscriptions", type: "flag", describe: "no subscriptions", group: omit },
];

/** The same, read from files. */
export const selectionFileOptions: readonly OptionSpec[] = [
  {
    name: "filter",
    type: "list",
    valueName: "FILE",
    describe: "read names to include and exclude from a file (-: standard input)",
    group: selection,
  },
  { name: "use-list", short: "L", type: "value", valueName: "FILE", describe: "only what this list names, in its order", group: selection },
];

/** Names that are chosen by, as selections call them. */
export type NameList = "schemas" | "excludeSchemas" | "tables" | "indexes" | "functions" | "triggers";

/** What the flags choose; `filtered` names come on top. */
export function selectionFromFlags(args: ParsedArguments, filtered: Partial<Record<NameList, readonly string[]>> = {}): RestoreSelection {
  const flag = (name: string) => args.flag(name) || undefined;
  const list = (option: string, name: NameList) => {
    const all = [...args.list(option), ...(filtered[name] ?? [])];
    return all.length === 0 ? undefined : all;
  };
  return defined({
    schemaOnly: flag("schema-only"),
    dataOnly: flag("data-only"),
    statisticsOnly: flag("statistics-only"),
    statistics: flag("statistics"),
    noSchema: flag("no-schema"),
    noData: flag("no-data"),
    noStatistics: flag("no-statistics"),
    sections: sectionsOf(args),
    schemas: list("schema", "schemas"),
    excludeSchemas: list("exclude-schema", "excludeSchemas"),
    tables: list("table", "tables"),
    indexes: list("index", "indexes"),
    functions: list("function", "functions"),
    triggers: list("trigger", "triggers"),
    noPrivileges: flag("no-privileges"),
    noComments: flag("no-comments"),
    noPolicies: flag("no-policies"),
    noPublications: flag("no-publications"),
    noSecurityLabels: flag("no-security-labels"),
    noSubscriptions: flag("no-subscriptions"),
  });
}
