import { isSpokenAsBytes } from "../../core/text-bytes.ts";
import type { ArchiveMetadata } from "../archive.ts";
import type { Entry, Section } from "../entry.ts";
import { corruptAt } from "./item.ts";
import type { TocItem } from "./item.ts";
import type { Toc } from "./decode.ts";
import { quotedValue } from "./decode.ts";

/** Items that describe the archive itself and become metadata. */
const SPECIAL_KINDS: ReadonlySet<string> = new Set(["ENCODING", "STDSTRINGS", "SEARCHPATH"]);
const SECTIONS: readonly Section[] = ["none", "pre-data", "data", "post-data"];

export function isSpecial(item: Pick<TocItem, "kind">): boolean {
  return SPECIAL_KINDS.has(item.kind);
}

/** What the head and the special items say. */
export function metadataOf({ head, items }: Toc): ArchiveMetadata {
  const special = (kind: string): string | null => items.find((item) => item.kind === kind)?.create ?? null;
  const serverVersion = head.serverVersion ?? "";
  const encoding = quotedValue(special("ENCODING")) ?? "SQL_ASCII";
  return {
    database: head.database,
    serverVersion,
    serverVersionNum: versionNumber(serverVersion),
    toolVersion: head.dumpVersion ?? "",
    encoding,
    ...(isSpokenAsBytes(encoding) ? { textIsBytes: true } : {}),
    standardConformingStrings: quotedValue(special("STDSTRINGS")) === "on",
    rowSecurity: false,
    startedAt: head.startedAt,
    options: {},
  };
}

/** "17.5 (Debian ...)" -> 170005, "9.6.3" -> 90603 */
function versionNumber(version: string): number {
  const [major = 0, minor = 0, patch = 0] = (/^\d+(\.\d+)*/.exec(version)?.[0] ?? "").split(".").map(Number);
  return major >= 10 ? major * 10000 + minor : major * 10000 + minor * 100 + patch;
}

/** All items but the special ones, with the SQL that they stand for. Throws a PgstowError `corrupt` for items that contradict each other. */
export function entriesOf(name: string, toc: Toc): Entry[] {
  const byId = new Map<number, TocItem>();
  for (const item of toc.items) {
    if (byId.has(item.dumpId)) throw corruptAt(name, 0, `two items have the id ${item.dumpId}`);
    byId.set(item.dumpId, item);
  }
  const hasSearchPath = toc.items.some((item) => item.kind === "SEARCHPATH");
  const items = toc.items.filter((item) => !isSpecial(item));
  return items.map((item) => entryOf(item, sqlOf(name, item, byId), hasSearchPath));
}

/** The items that are no entries, in the same shape. */
export function specialEntriesOf({ items }: Toc): Entry[] {
  return items.filter(isSpecial).map((item) => entryOf(item, { create: item.create ?? "", drop: "" }, true));
}

interface Sql {
  readonly create: string;
  readonly drop: string;
}

function entryOf(item: TocItem, sql: Sql, hasSearchPath: boolean): Entry {
  const data = !item.hasData ? "none" : item.kind === "BLOBS" ? "large-objects" : item.copy === null ? "statements" : "rows";
  return {
    dumpId: item.dumpId,
    kind: item.kind,
    tag: item.tag,
    schema: item.schema,
    owner: item.owner ?? "",
    section: SECTIONS[item.section - 1] ?? "none",
    create: hasSearchPath ? sql.create : withSearchPath(item, sql.create),
    drop: sql.drop,
    copy: item.copy ?? "",
    dependencies: item.dependencies,
    catalogId: { classOid: item.classOid, oid: item.oid },
    tablespace: item.tablespace,
    tableAccessMethod: item.tableAccessMethod,
    relkind: item.relkind === 0 ? "" : String.fromCharCode(item.relkind),
    data,
  };
}

/** Until 2018 the names in commands were those of the item's schema. */
function withSearchPath(item: TocItem, create: string): string {
  if (item.schema === null || (create === "" && !item.hasData)) return create;
  const schema = `"${item.schema.replaceAll('"', '""')}"`;
  return `SET search_path = ${item.schema === "pg_catalog" ? "pg_catalog" : `${schema}, pg_catalog`};\n${create}`;
}

/** From 1.16 on, what concerns a group of large objects is abbreviated. */
function sqlOf(name: string, item: TocItem, byId: ReadonlyMap<number, TocItem>): Sql {
  if (item.kind === "BLOB METADATA") {
    const call = (what: string): string => membersOf(name, item).reduce((text, oid) => `${text}SELECT pg_catalog.${what}('${oid}');\n`, "");
    // No line feed at the end: one blank line follows a group, not two.
    return { create: call("lo_create").trimEnd(), drop: call("lo_unlink") };
  }
  const create = item.create ?? "";
  if (item.kind === "ACL" && item.tag.startsWith("LARGE OBJECTS ")) {
    const group = item.dependencies[0] === undefined ? undefined : byId.get(item.dependencies[0]);
    if (group?.kind !== "BLOB METADATA")
      throw corruptAt(name, 0, `item ${item.dumpId}, ${item.kind} ${item.tag}, belongs to no large objects`);
    return { create: forEachMember(create, membersOf(name, group)), drop: item.drop ?? "" };
  }
  return { create, drop: item.drop ?? "" };
}

function membersOf(name: string, item: TocItem): string[] {
  const members = (item.create ?? "").split("\n").filter((line) => line !== "");
  const wrong = members.find((line) => !/^\d{1,10}$/.test(line));
  if (wrong !== undefined || members.length === 0) {
    throw corruptAt(name, 0, `item ${item.dumpId}, ${item.kind} ${item.tag}, lists ${JSON.stringify(wrong?.slice(0, 20) ?? "nothing")}`);
  }
  return members;
}

/** The commands stand there for the first object: each for all objects, then a blank line. */
function forEachMember(create: string, members: readonly string[]): string {
  return create
    .split(/(?<=;)\n/)
    .filter((command) => command !== "")
    .map((command) => `${members.map((oid) => command.replace(/LARGE OBJECT \d+/, `LARGE OBJECT ${oid}`)).join("\n")}\n\n`)
    .join("");
}
