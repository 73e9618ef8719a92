import { PgstowError } from "../../core/errors.ts";
import type { WriterOptions } from "../archive.ts";
import type { Entry } from "../entry.ts";
import { largeObjectsOf } from "../plain/owner.ts";
import type { TocItem } from "./item.ts";

export interface ItemOptions {
  readonly minor: number;
  /** Name of the file with an entry's data; only formats with files ask. */
  readonly fileOf: (entry: Entry) => string;
}

const SECTION_NUMBERS: Readonly<Record<Entry["section"], number>> = { none: 1, "pre-data": 2, data: 3, "post-data": 4 };
const KINDS_WITH_EMPTY_OWNER: ReadonlySet<string> = new Set(["ACL", "COMMENT", "SECURITY LABEL"]);
const KINDS_WITH_RELKIND: ReadonlySet<string> = new Set(["TABLE", "VIEW", "MATERIALIZED VIEW", "FOREIGN TABLE"]);

/** The items of a table of contents: the special ones first, which have the highest ids. */
export function itemsOf({ metadata, entries }: Pick<WriterOptions, "metadata" | "entries">, options: ItemOptions): TocItem[] {
  let nextId = entries.reduce((highest, entry) => entry.dependencies.reduce(larger, larger(highest, entry.dumpId)), 0) + 1;
  const special = (kind: string, create: string): TocItem => ({ ...EMPTY, dumpId: nextId++, tag: kind, kind, create });
  return [
    special("ENCODING", `SET client_encoding = '${metadata.encoding}';\n`),
    special("STDSTRINGS", `SET standard_conforming_strings = '${metadata.standardConformingStrings ? "on" : "off"}';\n`),
    special("SEARCHPATH", "SELECT pg_catalog.set_config('search_path', '', false);\n"),
    ...entries.map((entry) => itemOf(entry, options)),
  ];
}

function larger(one: number, other: number): number {
  return one > other ? one : other;
}

const EMPTY: TocItem = {
  dumpId: 0,
  hasData: false,
  classOid: 0,
  oid: 0,
  tag: "",
  kind: "",
  section: SECTION_NUMBERS["pre-data"],
  create: null,
  drop: null,
  copy: null,
  schema: null,
  tablespace: null,
  tableAccessMethod: null,
  relkind: 0,
  owner: null,
  dependencies: [],
  position: { type: "no-data" },
  file: "",
};

function itemOf(entry: Entry, { minor, fileOf }: ItemOptions): TocItem {
  checkLargeObjects(entry, minor);
  const hasData = entry.data !== "none";
  return {
    ...EMPTY,
    dumpId: entry.dumpId,
    hasData,
    classOid: entry.catalogId.classOid,
    oid: entry.catalogId.oid,
    tag: entry.tag,
    kind: entry.kind,
    section: SECTION_NUMBERS[entry.section],
    ...sqlOf(entry),
    copy: entry.copy || null,
    schema: entry.schema,
    tablespace: entry.tablespace,
    tableAccessMethod: entry.tableAccessMethod,
    relkind: KINDS_WITH_RELKIND.has(entry.kind) ? entry.relkind.charCodeAt(0) || 0 : 0,
    owner: entry.owner === "" && !KINDS_WITH_EMPTY_OWNER.has(entry.kind) ? null : entry.owner,
    dependencies: entry.dependencies,
    position: hasData ? { type: "unknown" } : { type: "no-data" },
    file: hasData ? fileOf(entry) : "",
  };
}

function sqlOf(entry: Entry): Pick<TocItem, "create" | "drop"> {
  if (entry.kind === "BLOB METADATA") {
    return { create: largeObjectsOf(entry).reduce((text, oid) => `${text}${oid}\n`, ""), drop: "-- dummy" };
  }
  const create = entry.kind === "ACL" && entry.tag.startsWith("LARGE OBJECTS ") ? forFirstMember(entry.create) : entry.create;
  return { create: create || null, drop: entry.drop || null };
}

/** Of each command for all objects, which ends in a blank line, the one for the first. */
function forFirstMember(create: string): string {
  return create
    .split("\n\n")
    .filter((commands) => commands !== "")
    .map((commands) => `${commands.split("\n")[0] ?? ""}\n`)
    .join("");
}

/** Up to 1.15 each object is an item of its own, later they come in groups. */
function checkLargeObjects(entry: Entry, minor: number): void {
  const isGroup = entry.kind === "BLOB METADATA";
  if (!(isGroup ? minor < 16 : entry.kind === "BLOB" && minor >= 16)) return;
  throw new PgstowError("usage", `the large objects of this server cannot be written in archive version 1.${minor}`, {
    hint: isGroup ? "Servers from 17 on need version 1.16." : "Servers before 17 need version 1.14 or 1.15.",
  });
}
