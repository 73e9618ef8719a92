import { classOids } from "../class-oids.ts";
import { catalogRead } from "../kind.ts";
import type { Part, RenderContext } from "../kind.ts";
import { component, wants } from "../object.ts";
import { foreignOptionsColumn, renderForeignOptions } from "./foreign-options.ts";
import type { ForeignServer } from "./foreign-server.ts";

/** How one role logs in at a server. Its options may hold a password: they stand in the dump and nowhere else. */
export interface UserMapping {
  /** `public` for everybody. */
  readonly user: string;
  readonly options: string;
}

interface UserMappingRow {
  readonly server: number;
  readonly user_name: string;
  readonly options: string;
}

/** Read as pg_dump reads them: the view shows the options of a mapping to superusers and to whom it is their own. */
export const userMappingRead = catalogRead<UserMappingRow>({
  name: "user mappings",
  phase: "details",
  query: ({ inventory, onDiagnostic }) => {
    const servers = inventory.ofKind<ForeignServer>("foreign-server").filter((server) => wants(server, component.userMapping));
    if (servers.length === 0) return null;
    if (!servers.every((server) => server.mappingsReadable)) {
      onDiagnostic({
        severity: "warning",
        code: "unreadable-user-mappings",
        message: "options of user mappings that the dumping role may not read are left out",
        hint: "Dump as a superuser.",
      });
    }
    return `
    SELECT m.srvid AS server, m.usename AS user_name, ${foreignOptionsColumn("m.umoptions")} AS options
    FROM pg_catalog.pg_user_mappings m
    ORDER BY 1, 2`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const server = inventory.find(classOids.pg_foreign_server, row.server) as ForeignServer | undefined;
      server?.mappings.push({ user: row.user_name, options: row.options });
    }
  },
});

export function userMappingPart(server: ForeignServer, mapping: UserMapping, { q }: RenderContext): Part {
  const name = `${q(mapping.user)} SERVER ${q(server.name)}`;
  return {
    type: "entry",
    definition: {
      kind: "USER MAPPING",
      tag: `USER MAPPING ${mapping.user} SERVER ${server.name}`,
      section: "pre-data",
      create: `CREATE USER MAPPING FOR ${name}${renderForeignOptions(mapping.options)};\n`,
      drop: `DROP USER MAPPING FOR ${name};\n`,
      catalogId: { classOid: 0, oid: 0 },
      dependencies: [],
      component: component.userMapping,
    },
  };
}
