import { parseArrayOfText } from "../../core/array-text.ts";
import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Relation } from "../relation/relation.ts";
import type { Publication } from "./publication.ts";

/** A table in a publication. */
export interface PublicationTable extends CatalogObject {
  readonly kind: "publication-table";
  readonly publication: Publication;
  readonly table: Relation;
  /** Published columns; empty for all. */
  readonly columns: readonly string[];
  readonly where: string | null;
}

interface PublicationTableRow {
  readonly oid: number;
  readonly publication: number;
  readonly relation: number;
  readonly columns: string | null;
  readonly where_expr: string | null;
}

const read = catalogRead<PublicationTableRow>({
  name: "tables of publications",
  phase: "details",
  query: ({ inventory, major }) => {
    if (inventory.ofKind("publication").length === 0) return null;
    return `
    SELECT p.oid, p.prpubid AS publication, p.prrelid AS relation,
      ${
        major >= 15
          ? `(SELECT pg_catalog.array_agg(a.attname ORDER BY a.attnum) FROM pg_catalog.pg_attribute a
        WHERE a.attrelid = p.prrelid AND a.attnum = ANY (p.prattrs)) AS columns, pg_catalog.pg_get_expr(p.prqual, p.prrelid) AS where_expr`
          : "NULL AS columns, NULL AS where_expr"
      }
    FROM pg_catalog.pg_publication_rel p`;
  },
  read: (rows, { inventory, major }) => {
    for (const row of rows) {
      const publication = inventory.find(classOids.pg_publication, row.publication) as Publication | undefined;
      const table = inventory.relation(row.relation);
      if (publication === undefined || table === undefined || (major < 18 && table.wanted === 0)) continue;
      const member = inventory.add<PublicationTable>({
        kind: "publication-table",
        classOid: classOids.pg_publication_rel,
        oid: row.oid,
        name: table.name,
        schema: table.schema,
        owner: publication.owner,
        acl: null,
        loopRole: "other",
        publication,
        table,
        columns: parseArrayOfText(row.columns),
        where: row.where_expr,
        ...newObjectState(),
      });
      member.wanted = publication.wanted;
    }
  },
});

function renderMember(object: PublicationTable, { q, qualified }: RenderContext): string {
  const columns = object.columns.length === 0 ? "" : ` (${object.columns.map(q).join(", ")})`;
  const where = object.where === null ? "" : ` WHERE (${object.where})`;
  return `ALTER PUBLICATION ${q(object.publication.name)} ADD TABLE ONLY ${qualified(object.table)}${columns}${where};\n`;
}

export const publicationTable = objectKind<PublicationTable>({
  kind: "publication-table",
  reads: [read],
  section: () => "post-data",
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.publication.name] }),
  describe: (object, context) => ({
    definition: {
      kind: "PUBLICATION TABLE",
      tag: `${object.publication.name} ${object.table.name}`,
      section: "post-data",
      create: renderMember(object, context),
      drop: "",
    },
    parts: [],
  }),
});
