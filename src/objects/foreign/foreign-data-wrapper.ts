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

export interface ForeignDataWrapper extends CatalogObject {
  readonly kind: "foreign-data-wrapper";
  /** regproc text; "-" for none. */
  readonly handler: string;
  readonly validator: string;
  /** As they stand inside OPTIONS (...); "" for none. */
  readonly options: string;
}

interface WrapperRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly handler: string;
  readonly validator: string;
  readonly options: string;
}

const read = catalogRead<WrapperRow>({
  name: "foreign-data wrappers",
  phase: "inventory",
  query: () => `
    SELECT w.oid, w.fdwname AS name, w.fdwowner AS owner, w.fdwhandler::pg_catalog.regproc::text AS handler,
      w.fdwvalidator::pg_catalog.regproc::text AS validator, ${foreignOptionsColumn("w.fdwoptions")} AS options,
      ${aclColumns("w.fdwacl", "F", "w.fdwowner")}
    FROM pg_catalog.pg_foreign_data_wrapper w`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<ForeignDataWrapper>({
        kind: "foreign-data-wrapper",
        classOid: classOids.pg_foreign_data_wrapper,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "other",
        handler: row.handler,
        validator: row.validator,
        options: row.options,
        ...newObjectState(),
      });
    }
  },
});

function renderWrapper(object: ForeignDataWrapper, { q }: RenderContext): string {
  const handler = object.handler === "-" ? "" : ` HANDLER ${object.handler}`;
  const validator = object.validator === "-" ? "" : ` VALIDATOR ${object.validator}`;
  return `CREATE FOREIGN DATA WRAPPER ${q(object.name)}${handler}${validator}${renderForeignOptions(object.options)};\n`;
}

export const foreignDataWrapper = objectKind<ForeignDataWrapper>({
  kind: "foreign-data-wrapper",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, object.oid < FIRST_NORMAL_OID),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    const target = `FOREIGN DATA WRAPPER ${name}`;
    return {
      definition: {
        kind: "FOREIGN DATA WRAPPER",
        tag: object.name,
        section: "pre-data",
        create: renderWrapper(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, labelled: false, acl: { objectType: "FOREIGN DATA WRAPPER", name } }),
    };
  },
});
