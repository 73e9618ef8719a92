import type { Entry } from "../entry.ts";
import type { ScriptContext } from "./context.ts";

const DATA_PREFIXES: Readonly<Record<string, string>> = {
  "TABLE DATA": "Data for ",
  BLOBS: "Data for ",
  "STATISTICS DATA": "Statistics for ",
};

/** Kinds that name their dependencies themselves; of the others a verbose script shows none. */
const KINDS_WITH_OWN_DEPENDENCIES: ReadonlySet<string> = new Set([
  "ACL",
  "BLOBS",
  "COMMENT",
  "MATERIALIZED VIEW DATA",
  "ROW SECURITY",
  "SECURITY LABEL",
  "SEQUENCE OWNED BY",
  "SEQUENCE SET",
  "STATISTICS DATA",
  "TABLE DATA",
  "TRANSFORM",
]);

/** Kinds whose entries have an owner, even when it is the empty one of an object without owner. */
const KINDS_WITH_EMPTY_OWNER: ReadonlySet<string> = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);

/** The comment above an entry, from its first `--` to the blank line after it. */
export function headerComment(context: ScriptContext, entry: Entry): string {
  const { options } = context;
  const tablespace = entry.tablespace !== null && entry.tablespace !== "" && !options.noTablespaces ? entry.tablespace : "";
  const line =
    `-- ${DATA_PREFIXES[entry.kind] ?? ""}Name: ${oneLine(entry.tag)}; Type: ${entry.kind}; ` +
    `Schema: ${entry.schema === null ? "-" : oneLine(entry.schema)}; Owner: ${ownerInHeader(context, entry)}` +
    (tablespace === "" ? "" : `; Tablespace: ${oneLine(tablespace)}`);
  const place = options.verbose ? options.placeOf?.(entry) : undefined;
  const [above, below] = [options.verbose ? verboseLines(context, entry) : "", place === undefined ? "" : `-- ${place}\n`];
  return `--\n${above}${line}\n${below}--\n\n`;
}

function ownerInHeader(context: ScriptContext, entry: Entry): string {
  if (context.options.noOwner) return "-";
  if (entry.owner === "") return KINDS_WITH_EMPTY_OWNER.has(entry.kind) ? "" : "-";
  return oneLine(entry.owner);
}

function verboseLines({ options }: ScriptContext, entry: Entry): string {
  const { classOid, oid } = entry.catalogId;
  const item = `-- TOC entry ${entry.dumpId} (class ${classOid} OID ${oid})\n`;
  const shown = (options.placeOf !== undefined || KINDS_WITH_OWN_DEPENDENCIES.has(entry.kind)) && entry.dependencies.length > 0;
  return shown ? `${item}-- Dependencies: ${entry.dependencies.join(" ")}\n` : item;
}

/** A name that cannot end the comment it stands in: each line break becomes one space. */
export function oneLine(name: string): string {
  return name.replace(/[\n\r]/g, " ");
}
