import { oidArray } from "../../core/sql-text.ts";
import { classOids } from "../class-oids.ts";
import { renderDependsOnExtension } from "../depends-on-extension.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newTablePartState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { vanishedError } from "../vanished.ts";
import { definedRelations } from "./detailed.ts";
import { alterTable } from "./table-text.ts";
import type { Relation } from "./relation.ts";

export interface Trigger extends CatalogObject {
  readonly kind: "trigger";
  readonly table: Relation;
  readonly text: string;
  /** O origin (the default), D disabled, R replica, A always. */
  readonly enabled: string;
  /** A copy on a partition, here because its state is not its parent's. */
  readonly isClone: boolean;
}

interface TriggerRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  /** Null for one that was dropped meanwhile: views are not locked. */
  readonly text: string | null;
  readonly enabled: string;
  readonly is_clone: boolean;
}

const read = catalogRead<TriggerRow>({
  name: "triggers",
  phase: "details",
  query: ({ inventory, major }) => {
    const tables = definedRelations(inventory, "rpfv").filter((table) => table.hasTriggers);
    if (tables.length === 0) return null;
    // Copies on partitions are internal triggers up to 14.
    const isOwn = major >= 15 ? "NOT t.tgisinternal AND t.tgparentid = 0" : "NOT t.tgisinternal";
    return `
    SELECT t.oid, t.tgname AS name, t.tgrelid AS relation, pg_catalog.pg_get_triggerdef(t.oid) AS text, t.tgenabled::text AS enabled,
      t.tgparentid <> 0 AS is_clone
    FROM pg_catalog.unnest(${oidArray(tables.map((table) => table.oid))}) AS src(oid)
    JOIN pg_catalog.pg_trigger t ON t.tgrelid = src.oid
    LEFT JOIN pg_catalog.pg_trigger p ON p.oid = t.tgparentid
    WHERE (${isOwn}) OR t.tgenabled <> p.tgenabled
    ORDER BY t.tgrelid, t.tgname`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table === undefined) continue;
      if (row.text === null) throw vanishedError("trigger", { schema: table.schema, name: `${table.name}.${row.name}` });
      inventory.add<Trigger>({
        kind: "trigger",
        classOid: classOids.pg_trigger,
        oid: row.oid,
        name: row.name,
        loopRole: "other",
        table,
        text: row.text,
        enabled: row.enabled,
        isClone: row.is_clone,
        ...newTablePartState(table),
      });
    }
  },
});

const STATES: Readonly<Record<string, string>> = {
  O: "ENABLE TRIGGER",
  D: "DISABLE TRIGGER",
  A: "ENABLE ALWAYS TRIGGER",
  R: "ENABLE REPLICA TRIGGER",
};

function renderTrigger(trigger: Trigger, context: RenderContext): string {
  const { q, qualified } = context;
  const state = `\n${alterTable(trigger.table)} ${qualified(trigger.table)} ${STATES[trigger.enabled] ?? ""} ${q(trigger.name)};\n`;
  if (trigger.isClone) return state;
  const target = `TRIGGER ${q(trigger.name)} ON ${qualified(trigger.table)}`;
  return `${trigger.text};\n${renderDependsOnExtension(trigger, target, context)}${trigger.enabled === "O" ? "" : state}`;
}

export const trigger = objectKind<Trigger>({
  kind: "trigger",
  reads: [read],
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.table.name] }),
  describe: (object, context) => {
    const { q, qualified } = context;
    const target = `TRIGGER ${q(object.name)} ON `;
    const table = qualified(object.table);
    return {
      definition: {
        kind: "TRIGGER",
        tag: `${object.table.name} ${object.name}`,
        section: "post-data",
        create: renderTrigger(object, context),
        drop: object.isClone ? "" : `DROP TRIGGER ${q(object.name)} ON ${table};\n`,
      },
      parts: [
        { type: "comment", target: target + table, tag: target + q(object.table.name), classOid: classOids.pg_trigger, oid: object.oid },
      ],
    };
  },
});
