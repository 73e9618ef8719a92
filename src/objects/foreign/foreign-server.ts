import { aclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { withEverything } from "../selection.ts";
import { foreignOptionsColumn, renderForeignOptions } from "./foreign-options.ts";
import { userMappingPart, userMappingRead } from "./user-mapping.ts";
import type { UserMapping } from "./user-mapping.ts";

export interface ForeignServer extends CatalogObject {
  readonly kind: "foreign-server";
  readonly type: string | null;
  readonly version: string | null;
  readonly wrapper: string;
  /** As they stand inside OPTIONS (...); "" for none. */
  readonly options: string;
  /** The reader may see the options of all user mappings. */
  readonly mappingsReadable: boolean;
  /** By name of the role. */
  readonly mappings: UserMapping[];
}

interface ServerRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly type: string | null;
  readonly version: string | null;
  readonly wrapper: string;
  readonly options: string;
  readonly mappings_readable: boolean;
}

const read = catalogRead<ServerRow>({
  name: "foreign servers",
  phase: "inventory",
  query: () => `
    SELECT s.oid, s.srvname AS name, s.srvowner AS owner, s.srvtype AS type, s.srvversion AS version, w.fdwname AS wrapper,
      ${foreignOptionsColumn("s.srvoptions")} AS options,
      (SELECT r.rolsuper FROM pg_catalog.pg_roles r WHERE r.rolname = CURRENT_USER) AS mappings_readable,
      ${aclColumns("s.srvacl", "S", "s.srvowner")}
    FROM pg_catalog.pg_foreign_server s
    JOIN pg_catalog.pg_foreign_data_wrapper w ON w.oid = s.srvfdw`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<ForeignServer>({
        kind: "foreign-server",
        classOid: classOids.pg_foreign_server,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "other",
        type: row.type,
        version: row.version,
        wrapper: row.wrapper,
        options: row.options,
        mappingsReadable: row.mappings_readable,
        mappings: [],
        ...newObjectState(),
      });
    }
  },
});

function renderServer(object: ForeignServer, { q, literal }: RenderContext): string {
  const type = object.type === null || object.type === "" ? "" : ` TYPE ${literal(object.type)}`;
  const version = object.version === null || object.version === "" ? "" : ` VERSION ${literal(object.version)}`;
  return `CREATE SERVER ${q(object.name)}${type}${version} FOREIGN DATA WRAPPER ${q(object.wrapper)}${renderForeignOptions(object.options)};\n`;
}

export const foreignServer = objectKind<ForeignServer>({
  kind: "foreign-server",
  reads: [read, userMappingRead],
  select: (object, { selection }) => withEverything(object, selection, object.oid < FIRST_NORMAL_OID),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    return {
      definition: {
        kind: "SERVER",
        tag: object.name,
        section: "pre-data",
        create: renderServer(object, context),
        drop: `DROP SERVER ${name};\n`,
      },
      parts: [
        ...standardParts(object, {
          target: `SERVER ${name}`,
          labelled: false,
          acl: { objectType: "FOREIGN SERVER", name, tag: `FOREIGN SERVER ${name}` },
        }),
        ...object.mappings.map((mapping) => userMappingPart(object, mapping, context)),
      ],
    };
  },
});
