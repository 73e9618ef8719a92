import { classOids } from "../class-oids.ts";
import { objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { tableConstraintComment } from "./check-constraint.ts";
import { renderIndexProperties } from "./index-properties.ts";
import type { Index } from "./index.ts";
import { renderOptions } from "./table-text.ts";
import { isMadeByParent, makesPartitions, renderRename } from "./unattachable-constraint.ts";

/** Primary key, unique or exclusion constraint: created after the data, together with its index. */
export interface IndexConstraint extends CatalogObject {
  readonly kind: "index-constraint";
  readonly index: Index;
  /** p primary key, u unique, x exclusion */
  readonly contype: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  /** The server's text, for exclusion constraints. */
  readonly text: string | null;
  readonly withoutOverlaps: boolean;
}

export interface IndexConstraintDetails {
  readonly oid: number;
  readonly name: string;
  readonly contype: string;
  readonly deferrable: boolean;
  readonly deferred: boolean;
  readonly text: string | null;
  readonly withoutOverlaps: boolean;
}

export function addIndexConstraint(inventory: ReadContext["inventory"], index: Index, details: IndexConstraintDetails): IndexConstraint {
  const constraint = inventory.add<IndexConstraint>({
    kind: "index-constraint",
    classOid: classOids.pg_constraint,
    schema: index.schema,
    owner: index.table.owner,
    acl: null,
    loopRole: "other",
    index,
    ...details,
    ...newObjectState(),
    separate: true,
  });
  constraint.wanted = index.wanted;
  return constraint;
}

function renderBody(constraint: IndexConstraint, context: RenderContext): string {
  if (constraint.text !== null) return constraint.text;
  const { index } = constraint;
  const names = index.columnNumbers.map((number) => {
    const column = index.table.columns.find((candidate) => candidate.number === number);
    return context.q(column?.name ?? "");
  });
  const key = names.slice(0, index.keyCount).join(", ");
  const included = names.slice(index.keyCount).join(", ");
  const options = renderOptions(index.options, "", context).join(", ");
  let text = constraint.contype === "p" ? "PRIMARY KEY" : "UNIQUE";
  if (index.nullsNotDistinct) text += " NULLS NOT DISTINCT";
  text += ` (${key}${constraint.withoutOverlaps ? " WITHOUT OVERLAPS" : ""})`;
  if (included !== "") text += ` INCLUDE (${included})`;
  if (options !== "") text += ` WITH (${options})`;
  if (constraint.deferrable) text += constraint.deferred ? " DEFERRABLE INITIALLY DEFERRED" : " DEFERRABLE";
  return text;
}

export const indexConstraint = objectKind<IndexConstraint>({
  kind: "index-constraint",
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [1, object.index.table.name] }),
  describe: (object, context) => {
    const definition = renderConstraint(object, context);
    return {
      definition:
        definition.create === ""
          ? null
          : {
              kind: "CONSTRAINT",
              tag: `${object.index.table.name} ${object.name}`,
              section: "post-data",
              tablespace: object.index.tablespace,
              ...definition,
            },
      parts: tableConstraintComment(object.index.table, object.name, object.oid, context),
    };
  },
});

function renderConstraint(object: IndexConstraint, context: RenderContext): { readonly create: string; readonly drop: string } {
  const { index } = object;
  const properties = renderIndexProperties(index, context, index.name);
  if (isMadeByParent(index, context.inventory)) return { create: renderRename(object, context) + properties, drop: "" };
  const name = context.q(object.name);
  const alter = index.table.relkind === "f" ? "ALTER FOREIGN TABLE" : "ALTER TABLE";
  const only = makesPartitions(object, context.inventory) ? "" : "ONLY ";
  const table = context.qualified(index.table);
  return {
    create: `${alter} ${only}${table}\n    ADD CONSTRAINT ${name} ${renderBody(object, context)};\n${properties}`,
    drop: `${alter} ONLY ${table} DROP CONSTRAINT ${name};\n`,
  };
}
