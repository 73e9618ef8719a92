import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newObjectState, NO_COMPONENTS } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { withEverything } from "../selection.ts";

export interface Publication extends CatalogObject {
  readonly kind: "publication";
  readonly allTables: boolean;
  /** insert, update, delete, truncate: those that are published */
  readonly operations: readonly string[];
  readonly viaRoot: boolean;
  /** Stored generated columns are published (18). */
  readonly generatedColumns: boolean;
}

interface PublicationRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly all_tables: boolean;
  readonly pubinsert: boolean;
  readonly pubupdate: boolean;
  readonly pubdelete: boolean;
  readonly pubtruncate: boolean;
  readonly via_root: boolean;
  readonly generated_columns: boolean;
}

const read = catalogRead<PublicationRow>({
  name: "publications",
  phase: "inventory",
  query: ({ major, selection }) =>
    selection.publications
      ? `
    SELECT p.oid, p.pubname AS name, p.pubowner AS owner, p.puballtables AS all_tables, p.pubinsert, p.pubupdate, p.pubdelete,
      p.pubtruncate, p.pubviaroot AS via_root, ${major >= 18 ? "p.pubgencols = 's'" : "false"} AS generated_columns
    FROM pg_catalog.pg_publication p`
      : null,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const operations: [string, boolean][] = [
        ["insert", row.pubinsert],
        ["update", row.pubupdate],
        ["delete", row.pubdelete],
        ["truncate", row.pubtruncate],
      ];
      inventory.add<Publication>({
        kind: "publication",
        classOid: classOids.pg_publication,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        allTables: row.all_tables,
        operations: operations.filter(([, isPublished]) => isPublished).map(([operation]) => operation),
        viaRoot: row.via_root,
        generatedColumns: row.generated_columns,
        ...newObjectState(),
      });
    }
  },
});

function renderPublication(object: Publication, { q }: RenderContext): string {
  const allTables = object.allTables ? " FOR ALL TABLES" : "";
  const viaRoot = object.viaRoot ? ", publish_via_partition_root = true" : "";
  const generated = object.generatedColumns ? ", publish_generated_columns = stored" : "";
  return `CREATE PUBLICATION ${q(object.name)}${allTables} WITH (publish = '${object.operations.join(", ")}'${viaRoot}${generated});\n`;
}

export const publication = objectKind<Publication>({
  kind: "publication",
  reads: [read],
  select: (object, { selection }) => (selection.publications ? withEverything(object, selection, false) : NO_COMPONENTS),
  section: () => "post-data",
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    return {
      definition: {
        kind: "PUBLICATION",
        tag: object.name,
        section: "post-data",
        create: renderPublication(object, context),
        drop: `DROP PUBLICATION ${name};\n`,
      },
      parts: standardParts(object, { target: `PUBLICATION ${name}`, labelled: true }),
    };
  },
});
