import { oidArray } from "../core/sql-text.ts";
import { classOids } from "../objects/class-oids.ts";
import { catalogRead } from "../objects/kind.ts";
import type { CatalogRead, ReadContext } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { Relation } from "../objects/relation/relation.ts";
import { vanishedError } from "../objects/vanished.ts";

interface Question {
  readonly what: string;
  readonly classOid: number;
  /** Looks the object up in the catalogs as they are now, not as the snapshot shows them; null for one that is gone. */
  readonly lookup: string;
  /** The wanted ones that no lock holds. */
  readonly objects: (context: ReadContext) => readonly CatalogObject[];
}

const relations =
  (relkind: string): Question["objects"] =>
  ({ inventory }) =>
    inventory.ofKind<Relation>("relation").filter((relation) => relation.relkind === relkind);

const questions: readonly Question[] = [
  { what: "view", classOid: classOids.pg_class, lookup: "pg_table_is_visible", objects: relations("v") },
  { what: "materialized view", classOid: classOids.pg_class, lookup: "pg_table_is_visible", objects: relations("m") },
  { what: "foreign table", classOid: classOids.pg_class, lookup: "pg_table_is_visible", objects: relations("f") },
  { what: "sequence", classOid: classOids.pg_class, lookup: "pg_table_is_visible", objects: relations("S") },
  {
    what: "function",
    classOid: classOids.pg_proc,
    lookup: "pg_function_is_visible",
    objects: ({ inventory }) => inventory.ofKind("function"),
  },
  {
    what: "aggregate",
    classOid: classOids.pg_proc,
    lookup: "pg_function_is_visible",
    objects: ({ inventory }) => inventory.ofKind("aggregate"),
  },
  { what: "type", classOid: classOids.pg_type, lookup: "pg_type_is_visible", objects: ({ inventory }) => inventory.ofKind("type") },
  {
    what: "statistics object",
    classOid: classOids.pg_statistic_ext,
    lookup: "pg_statistics_obj_is_visible",
    objects: ({ inventory }) => inventory.ofKind("extended-statistics"),
  },
];

/**
 * Asked after everything else: what was dropped meanwhile may have left holes in texts that were read ("???" for a type, nothing for
 * the arguments of a function), its own or those of what needs it.
 */
export const stillThere: CatalogRead = catalogRead<{ readonly question: number; readonly oid: number }>({
  name: "what was dropped meanwhile",
  phase: "details",
  query: (context) => {
    const selects = questions.flatMap(({ lookup, objects }, at) => {
      const wanted = objects(context).filter((object) => object.wanted !== 0);
      if (wanted.length === 0) return [];
      return `
    SELECT ${at.toString()} AS question, src.oid FROM pg_catalog.unnest(${oidArray(wanted.map(({ oid }) => oid))}) AS src(oid)
    WHERE pg_catalog.${lookup}(src.oid) IS NULL`;
    });
    return selects.length === 0 ? null : selects.join(" UNION ALL ");
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const question = questions[row.question];
      const object = question === undefined ? undefined : inventory.find(question.classOid, row.oid);
      if (question !== undefined && object !== undefined) throw vanishedError(question.what, object);
    }
  },
});
