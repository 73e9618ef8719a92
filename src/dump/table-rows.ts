import type { ArchiveMetadata } from "../archive/archive.ts";
import { alwaysQualified, alwaysQuoted } from "../core/identifiers.ts";
import { characterBytesOf, encodeText } from "../core/text-bytes.ts";
import type { InsertForm, LiteralForm } from "../copy/rows-as-inserts.ts";
import type { RenderContext } from "../objects/kind.ts";
import type { Column } from "../objects/relation/column.ts";
import { insertHead } from "../objects/relation/insert-head.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import type { DumpOptions } from "./options.ts";
import type { PageRange } from "./table-ranges.ts";

/**
 * The COPY statement that reads a table's rows, or those of some pages. Without a list COPY would read generated columns too in a query; a
 * table itself is copied without its children.
 */
export function copyOutStatement(data: TableData, range?: PageRange): string {
  const { table } = data;
  const name = alwaysQualified(table.schema?.name ?? "", table.name);
  const columns = table.columns.filter((column) => column.generated === "").map((column) => alwaysQuoted(column.name));
  if (range !== undefined) return `COPY (SELECT ${columns.join(", ")} FROM ONLY ${name} WHERE ${isInRange(range)}) TO STDOUT`;
  if (data.condition === "" && table.relkind !== "f") {
    return `COPY ${name} ${columns.length === 0 ? "" : `(${columns.join(", ")})`} TO STDOUT`;
  }
  return `COPY (SELECT ${columns.join(", ")} FROM ONLY ${name} ${data.condition}) TO STDOUT`;
}

/** Rows have numbers from 1 on within their page. */
function isInRange({ fromPage, beforePage }: PageRange): string {
  const from = fromPage === null ? [] : [`ctid >= '(${fromPage},0)'::pg_catalog.tid`];
  const before = beforePage === null ? [] : [`ctid < '(${beforePage},0)'::pg_catalog.tid`];
  return [...from, ...before].join(" AND ");
}

/** int8, int2, int4, oid, float4, float8, numeric */
const NUMBER_TYPES: ReadonlySet<number> = new Set([20, 21, 23, 26, 700, 701, 1700]);
const BOOLEAN_TYPE = 16;
/** bit, varbit */
const BIT_TYPES: ReadonlySet<number> = new Set([1560, 1562]);

function literalForm({ baseTypeOid, generated }: Column): LiteralForm {
  if (generated !== "") return "default";
  if (NUMBER_TYPES.has(baseTypeOid)) return "number";
  if (BIT_TYPES.has(baseTypeOid)) return "bits";
  return baseTypeOid === BOOLEAN_TYPE ? "boolean" : "string";
}

type ArchiveText = Pick<ArchiveMetadata, "encoding" | "textIsBytes" | "standardConformingStrings">;

/** What the rows of such a COPY need to become INSERT statements, in the archive's encoding. */
export function insertForm(data: TableData, context: RenderContext, options: DumpOptions, archive: ArchiveText): InsertForm {
  const head = insertHead(data, context, options.columnInserts ?? false);
  return {
    head: encodeText(head.text, archive),
    columns: head.columns?.map(literalForm) ?? null,
    end: Buffer.from(options.onConflictDoNothing === true ? " ON CONFLICT DO NOTHING;\n" : ";\n"),
    rowsPerStatement: options.rowsPerInsert ?? 1,
    standardConformingStrings: archive.standardConformingStrings,
    characterBytes: characterBytesOf(archive.encoding),
  };
}
