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
  { name: "no-privileges", short: "x", aliases: ["no-acl"], type: "flag", describe: "no grants and revokes", group: omit },
  { name: "no-comments", type: "flag", describe: "no comments", group: omit },
  { name: "no-policies", type: "flag", describe: "no row-level security policies", group: omit },
  { name: "no-publications", type: "flag", describe: "no publications", group: omit },
  { name: "no-security-labels", type: "flag", describe: "no security labels", group: omit },
  { name: "no-subscriptions", type: "flag", describe: "no subscriptions", group: omit },
];

export function selectionFromFlags(args: ParsedArguments): RestoreSelection {
  const flag = (name: string) => args.flag(name) || undefined;
  const list = (name: string) => (args.list(name).length === 0 ? undefined : args.list(name));
  return defined({
    schemaOnly: flag("schema-only"),
    dataOnly: flag("data-only"),
    sections: sectionsOf(args),
    schemas: list("schema"),
    excludeSchemas: list("exclude-schema"),
    tables: list("table"),
    noPrivileges: flag("no-privileges"),
    noComments: flag("no-comments"),
    noPolicies: flag("no-policies"),
    noPublications: flag("no-publications"),
    noSecurityLabels: flag("no-security-labels"),
    noSubscriptions: flag("no-subscriptions"),
  });
}
