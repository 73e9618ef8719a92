import { classOids } from "../objects/class-oids.ts";
import type { Extension } from "../objects/extension.ts";
import { catalogRead } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { ReadContext } from "../objects/kind.ts";

/** One row of pg_depend; OIDs of catalogs and rows. */
interface DependencyRow {
  readonly classid: number;
  readonly objid: number;
  readonly refclassid: number;
  readonly refobjid: number;
  readonly deptype: string;
}

/**
 * pg_depend as edges between objects. Extension membership is read elsewhere and pinned objects have no edges; members of operator
 * families count as their family. Column numbers do not matter.
 */
export const dependencyRead = catalogRead<DependencyRow>({
  name: "dependencies",
  phase: "dependencies",
  // The same plan as pg_dump's, down to the order among the rows of one object, which is that of an entry's dependencies.
  query: () => `
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype::text AS deptype
    FROM pg_catalog.pg_depend d
    WHERE d.deptype NOT IN ('p', 'e')
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, o.amopfamily, d.refclassid, d.refobjid, d.deptype::text
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_amop o ON o.oid = d.objid
    WHERE d.deptype NOT IN ('p', 'e', 'i') AND d.classid = 'pg_catalog.pg_amop'::pg_catalog.regclass
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = o.amopfamily)
    UNION ALL
    SELECT 'pg_catalog.pg_opfamily'::pg_catalog.regclass, p.amprocfamily, d.refclassid, d.refobjid, d.deptype::text
    FROM pg_catalog.pg_depend d JOIN pg_catalog.pg_amproc p ON p.oid = d.objid
    WHERE d.deptype NOT IN ('p', 'e', 'i') AND d.classid = 'pg_catalog.pg_amproc'::pg_catalog.regclass
      AND NOT (d.refclassid = 'pg_catalog.pg_opfamily'::pg_catalog.regclass AND d.refobjid = p.amprocfamily)
    ORDER BY 1, 2`,
  rowByRow: true,
  // Objects of all phases have to be there before they can be applied. There are more of them than of all other rows together.
  read: (rows, { inventory: { dependencyRows } }) => {
    for (const { classid, objid, refclassid, refobjid, deptype } of rows) {
      dependencyRows.push(classid, objid, refclassid, refobjid, deptype === "i" ? 1 : 0);
    }
  },
});

/** Of `dependencyRows`: catalog and row of both ends, and 1 for an internal dependency. */
const NUMBERS_A_ROW = 5;

export interface ExtensionDependencyRow {
  readonly classid: number;
  readonly objid: number;
  readonly extension: number;
}

/** ALTER ... DEPENDS ON EXTENSION, in the order in which it was said. */
export const extensionDependencyRead = catalogRead<ExtensionDependencyRow>({
  name: "dependencies on extensions",
  phase: "dependencies",
  query: () => `
    SELECT d.classid, d.objid, d.refobjid AS extension
    FROM pg_catalog.pg_depend d
    WHERE d.deptype = 'x' AND d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass
    ORDER BY d.ctid`,
  read: (rows, { inventory }) => {
    inventory.extensionDependencyRows = rows;
  },
});

/** Turns the rows read into dependencies, once every object is known. */
export function applyDependencies({ inventory }: ReadContext): void {
  for (const row of inventory.extensionDependencyRows) {
    const extension = inventory.find(classOids.pg_extension, row.extension) as Extension | undefined;
    const object = inventory.find(row.classid, row.objid);
    if (extension !== undefined && object !== undefined) object.dependsOnExtensions = [...object.dependsOnExtensions, extension];
  }
  const rows = inventory.dependencyRows;
  // The rows of one object follow each other: a list made of all of them has no room to spare, and there are as many lists as objects.
  let found: CatalogObject[] = [];
  for (let at = 0; at < rows.length; at += NUMBERS_A_ROW) {
    const [classOid = 0, oid = 0] = [rows[at], rows[at + 1]];
    const object = inventory.find(classOid, oid);
    const referenced = inventory.find(rows[at + 2] ?? 0, rows[at + 3] ?? 0);
    if (object !== undefined && referenced !== undefined) {
      if (rows[at + 4] === 1 && isRelationOfType(object, referenced)) referenced.dependencies.push(object);
      else found.push(referenced);
    }
    const isLast = rows[at + NUMBERS_A_ROW] !== classOid || rows[at + NUMBERS_A_ROW + 1] !== oid;
    if (!isLast || found.length === 0) continue;
    if (object !== undefined) object.dependencies = object.dependencies.concat(found);
    found = [];
  }
  inventory.extensionDependencyRows = [];
  inventory.dependencyRows = [];
}

/** A composite type's hidden relation depends on the type in the catalog; its columns are the type's, so the type has to wait. */
function isRelationOfType(object: CatalogObject, referenced: CatalogObject): boolean {
  return (
    object.classOid === classOids.pg_class &&
    referenced.classOid === classOids.pg_type &&
    object.kind === "relation" &&
    referenced.kind === "type"
  );
}
