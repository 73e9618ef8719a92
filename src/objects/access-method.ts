import { classOids, FIRST_NORMAL_OID } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import { newObjectState } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { withEverything } from "./selection.ts";

export interface AccessMethod extends CatalogObject {
  readonly kind: "access-method";
  /** i for indexes, t for tables */
  readonly amtype: string;
  /** regproc text */
  readonly handler: string;
}

interface AccessMethodRow {
  readonly oid: number;
  readonly name: string;
  readonly amtype: string;
  readonly handler: string;
}

const read = catalogRead<AccessMethodRow>({
  name: "access methods",
  phase: "inventory",
  query: () => `
    SELECT a.oid, a.amname AS name, a.amtype::text AS amtype, a.amhandler::text AS handler
    FROM pg_catalog.pg_am a
    WHERE a.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<AccessMethod>({
        kind: "access-method",
        classOid: classOids.pg_am,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: "",
        acl: null,
        loopRole: "other",
        amtype: row.amtype,
        handler: row.handler,
        ...newObjectState(),
      });
    }
  },
});

export const accessMethod = objectKind<AccessMethod>({
  kind: "access-method",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, false),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, { q }) => {
    const target = `ACCESS METHOD ${q(object.name)}`;
    return {
      definition: {
        kind: "ACCESS METHOD",
        tag: object.name,
        section: "pre-data",
        create: `CREATE ${target} TYPE ${object.amtype === "t" ? "TABLE" : "INDEX"} HANDLER ${object.handler};\n`,
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target }),
    };
  },
});
