import type { RenderContext } from "../kind.ts";
import type { Column } from "./column.ts";
import { copyColumns, loadTarget } from "./table-data.ts";
import type { TableData } from "./table-data.ts";

/** What the INSERT statements of a table begin with, and which columns follow; null for DEFAULT VALUES. */
export interface InsertHead {
  readonly text: string;
  readonly columns: readonly Column[] | null;
}

/** `INSERT INTO public.t (a, b) OVERRIDING SYSTEM VALUE VALUES`; columns are named only when that is asked for. */
export function insertHead({ table }: TableData, context: RenderContext, namesColumns: boolean): InsertHead {
  const into = `INSERT INTO ${context.qualified(loadTarget(table, context))}`;
  const columns = namesColumns ? table.columns.filter((column) => column.generated === "") : table.columns;
  if (columns.length === 0) return { text: `${into} DEFAULT VALUES`, columns: null };
  const named = namesColumns ? ` ${copyColumns(table, context)}` : "";
  const overriding = table.columns.some((column) => column.identity === "a") ? " OVERRIDING SYSTEM VALUE" : "";
  return { text: `${into}${named}${overriding} VALUES`, columns };
}
