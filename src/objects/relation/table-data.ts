import { objectKind } from "../kind.ts";
import type { ReadContext, RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Extension } from "../extension.ts";
import type { Relation } from "./relation.ts";

/** The rows of a table. */
export interface TableData extends CatalogObject {
  readonly kind: "table-data";
  readonly table: Relation;
  /** `WHERE ...` of an extension's configuration table; "" for all rows. */
  readonly condition: string;
}

function derive(context: ReadContext): void {
  const { inventory, selection } = context;
  if (!selection.dataWanted) return;
  const configured = configurationTables(context);
  for (const table of inventory.ofKind<Relation>("relation")) {
    const condition = configured.get(table.oid);
    if (condition === undefined && (!wants(table, component.data) || table.extension !== null)) continue;
    if (!hasRows(table, context)) continue;
    const data = inventory.add<TableData>({
      kind: "table-data",
      classOid: 0,
      oid: table.oid,
      name: table.name,
      schema: table.schema,
      owner: table.owner,
      acl: null,
      loopRole: "table-data",
      table,
      condition: condition ?? "",
      ...newObjectState(),
    });
    data.wanted = component.data;
    data.dependencies.push(table);
  }
}

function hasRows(table: Relation, { selection }: ReadContext): boolean {
  if (table.relkind !== "r" && !(table.relkind === "f" && isWantedForeign(table, selection))) return false;
  if (table.persistence === "u" && !selection.unloggedTableData) return false;
  return !selection.excludedTableData.has(table.oid);
}

function isWantedForeign(table: Relation, selection: ReadContext["selection"]): boolean {
  return table.foreignTable !== null && selection.foreignServers.has(table.foreignTable.serverOid);
}

/** Tables of extensions whose rows belong to the user, with their conditions. */
function configurationTables({ inventory, selection }: ReadContext): Map<number, string> {
  const conditions = new Map<number, string>();
  for (const extension of inventory.ofKind<Extension>("extension")) {
    for (const { oid, condition } of extension.configuration) {
      const table = inventory.relation(oid);
      if (table === undefined) continue;
      const isNamed = (selection.tables?.has(oid) ?? false) || (selection.schemas?.has(table.schema?.oid ?? 0) ?? false);
      const isExcluded =
        selection.excludedTables.has(oid) ||
        selection.excludedSchemas.has(table.schema?.oid ?? 0) ||
        selection.excludedExtensions.has(extension.oid) ||
        (selection.extensions !== null && !selection.extensions.has(extension.oid));
      if ((wants(extension, component.definition) || isNamed) && !isExcluded) conditions.set(oid, condition);
    }
  }
  return conditions;
}

/** `(a, b)`, without generated columns; "" when there is none. */
export function copyColumns(table: Relation, { q }: Pick<RenderContext, "q">): string {
  const columns = table.columns.filter((column) => column.generated === "").map((column) => q(column.name));
  return columns.length === 0 ? "" : `(${columns.join(", ")})`;
}

/** The table through which rows of a partition are loaded: the root when asked for, or when hashes of enums decide the partition. */
export function loadTarget(table: Relation, { options }: RenderContext): Relation {
  if (!table.isPartition) return table;
  let root = table;
  let isHashedOnEnum = false;
  while (root.isPartition && root.parents[0] !== undefined) {
    root = root.parents[0];
    isHashedOnEnum ||= root.partition?.isHashedOnEnum ?? false;
  }
  return options.loadViaPartitionRoot || isHashedOnEnum ? root : table;
}

export const tableData = objectKind<TableData>({
  kind: "table-data",
  derive,
  section: () => "data",
  describe: (object, context) => {
    const target = loadTarget(object.table, context);
    const name = context.qualified(target);
    return {
      definition: {
        kind: "TABLE DATA",
        tag: object.name,
        section: "data",
        create: target === object.table ? "" : `-- load via partition root ${name}`,
        drop: "",
        copy: context.options.inserts ? "" : `COPY ${name} ${copyColumns(object.table, context)} FROM stdin;\n`,
        data: context.options.inserts ? "statements" : "rows",
        catalogId: { classOid: 0, oid: object.table.oid },
        dependencies: [object.table],
        component: component.data,
      },
      parts: [],
    };
  },
});
