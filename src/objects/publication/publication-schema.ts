import { classOids } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Schema } from "../schema.ts";
import type { Publication } from "./publication.ts";

/** A schema whose tables a publication publishes (15 and later). */
export interface PublicationSchema extends CatalogObject {
  readonly kind: "publication-schema";
  readonly publication: Publication;
  readonly published: Schema;
}

interface PublicationSchemaRow {
  readonly oid: number;
  readonly publication: number;
  readonly schema: number;
}

const read = catalogRead<PublicationSchemaRow>({
  name: "schemas of publications",
  phase: "details",
  query: ({ inventory, major }) =>
    major < 15 || inventory.ofKind("publication").length === 0
      ? null
      : "SELECT p.oid, p.pnpubid AS publication, p.pnnspid AS schema FROM pg_catalog.pg_publication_namespace p",
  read: (rows, { inventory, major }) => {
    for (const row of rows) {
      const publication = inventory.find(classOids.pg_publication, row.publication) as Publication | undefined;
      const published = inventory.schemas.get(row.schema);
      if (publication === undefined || published === undefined || (major < 18 && published.wanted === 0)) continue;
      const member = inventory.add<PublicationSchema>({
        kind: "publication-schema",
        classOid: classOids.pg_publication_namespace,
        oid: row.oid,
        name: published.name,
        schema: null,
        owner: publication.owner,
        acl: null,
        loopRole: "other",
        publication,
        published,
        ...newObjectState(),
      });
      member.wanted = publication.wanted;
    }
  },
});

export const publicationSchema = objectKind<PublicationSchema>({
  kind: "publication-schema",
  reads: [read],
  section: () => "post-data",
  sortKey: (object) => ({ schema: null, name: object.name, ties: [object.publication.name] }),
  describe: (object, { q }) => ({
    definition: {
      kind: "PUBLICATION TABLES IN SCHEMA",
      tag: `${object.publication.name} ${object.published.name}`,
      section: "post-data",
      schema: object.published.name,
      create: `ALTER PUBLICATION ${q(object.publication.name)} ADD TABLES IN SCHEMA ${q(object.published.name)};\n`,
      drop: "",
    },
    parts: [],
  }),
});
