import { classOids } from "../objects/class-oids.ts";
import type { Extension } from "../objects/extension.ts";
import { catalogRead } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import type { ReadContext } from "../objects/kind.ts";

/** One row of pg_depend; OIDs of catalogs and rows. */
export interface DependencyRow {
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
  phase: "details",
  query: () => `
    SELECT d.classid, d.objid, d.refclassid, d.refobjid, d.deptype::text AS deptype
    FROM pg_catalog.pg_depend d
    -- The triggers that make a foreign key are no objects.
    WHERE d.deptype NOT IN ('p', 'e') AND NOT (d.deptype = 'i' AND d.classid = 'pg_catalog.pg_trigger'::pg_catalog.regclass)
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
  // Objects of other reads of this phase have to be there before they can be applied.
  read: (rows, { inventory }) => {
    inventory.dependencyRows = rows;
  },
});

export interface ExtensionDependencyRow {
  readonly classid: number;
  readonly objid: number;
  readonly extension: number;
}

/** ALTER ... DEPENDS ON EXTENSION, in the order in which it was said. */
export const extensionDependencyRead = catalogRead<ExtensionDependencyRow>({
  name: "dependencies on extensions",
  phase: "details",
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
  for (const row of inventory.dependencyRows) {
    const object = inventory.find(row.classid, row.objid);
    const referenced = inventory.find(row.refclassid, row.refobjid);
    if (object === undefined || referenced === undefined) continue;
    if (isRelationOfType(row, object, referenced)) referenced.dependencies.push(object);
    else object.dependencies.push(referenced);
  }
  // There are as many of them as of all other rows together.
  inventory.extensionDependencyRows = [];
  inventory.dependencyRows = [];
}

/** A composite type's hidden relation depends on the type in the catalog; its columns are the type's, so the type has to wait. */
function isRelationOfType(row: DependencyRow, object: CatalogObject, referenced: CatalogObject): boolean {
  return (
    row.deptype === "i" &&
    row.classid === classOids.pg_class &&
    row.refclassid === classOids.pg_type &&
    object.kind === "relation" &&
    referenced.kind === "type"
  );
}
