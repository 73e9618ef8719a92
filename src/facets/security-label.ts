import type { SecurityLabel } from "../objects/inventory.ts";
import { catalogRead } from "../objects/kind.ts";

interface LabelRow {
  readonly classoid: number;
  readonly objoid: number;
  readonly objsubid: number;
  readonly provider: string;
  readonly label: string;
}

/** All security labels of the database's objects. */
export const securityLabelRead = catalogRead<LabelRow>({
  name: "security labels",
  phase: "inventory",
  query: () => `
    SELECT l.classoid, l.objoid, l.objsubid, l.provider, l.label
    FROM pg_catalog.pg_seclabel l
    ORDER BY l.classoid, l.objoid, l.objsubid, l.provider`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      let objects = inventory.securityLabels.get(row.classoid);
      if (objects === undefined) inventory.securityLabels.set(row.classoid, (objects = new Map<number, SecurityLabel[]>()));
      const labels = objects.get(row.objoid) ?? [];
      labels.push({ subId: row.objsubid, provider: row.provider, label: row.label });
      objects.set(row.objoid, labels);
    }
  },
});
