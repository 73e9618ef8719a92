import { alwaysQualified, alwaysQuoted } from "../core/identifiers.ts";
import type { TableData } from "../objects/relation/table-data.ts";

/**
 * The COPY statement that reads a table's rows. Without a list COPY would read generated columns too in a query; a table itself is
 * copied without its children.
 */
export function copyOutStatement(data: TableData): string {
  const { table } = data;
  const name = alwaysQualified(table.schema?.name ?? "", table.name);
  const columns = table.columns.filter((column) => column.generated === "").map((column) => alwaysQuoted(column.name));
  if (data.condition === "" && table.relkind !== "f") {
    return `COPY ${name} ${columns.length === 0 ? "" : `(${columns.join(", ")})`} TO STDOUT`;
  }
  return `COPY (SELECT ${columns.join(", ")} FROM ONLY ${name} ${data.condition}) TO STDOUT`;
}
