import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import type { Type } from "./type.ts";
import { wantedTypes } from "./wanted-types.ts";

interface LabelRow {
  readonly type: number;
  readonly label: string;
}

export const enumRead = catalogRead<LabelRow>({
  name: "enum labels",
  phase: "details",
  query: (context) => {
    const types = wantedTypes(context, "enum");
    if (types.length === 0) return null;
    return `
    SELECT e.enumtypid AS type, e.enumlabel AS label
    FROM pg_catalog.pg_enum e
    WHERE e.enumtypid = ANY (${oidArray(types.map((type) => type.oid))})
    ORDER BY e.enumtypid, e.enumsortorder`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_type, row.type) as Type).enumLabels.push(row.label);
  },
});

export function renderEnum(type: Type, { literal, qualified }: RenderContext): string {
  const labels = type.enumLabels.map((label) => `\n    ${literal(label)}`).join(",");
  return `CREATE TYPE ${qualified(type)} AS ENUM (${labels}\n);\n`;
}
