import { classOids } from "../class-oids.ts";
import type { Inventory } from "../inventory.ts";
import type { RenderContext } from "../kind.ts";
import { component, wants } from "../object.ts";
import type { IndexAttachment } from "./index-attachment.ts";
import type { IndexConstraint } from "./index-constraint.ts";
import type { Index } from "./index.ts";

/**
 * The server takes no two exclusion constraints for the same, nor keys WITHOUT OVERLAPS, which are such: their indexes on partitions cannot
 * be attached, as pg_dump would have it. So the constraint of the parent, added without ONLY, has to make those of its partitions.
 */
export function isUnattachable({ contype, withoutOverlaps }: IndexConstraint): boolean {
  return contype === "x" || withoutOverlaps;
}

function parentOf(index: Index, inventory: Inventory): Index | null {
  const parent = index.parentOid === 0 ? undefined : inventory.find(classOids.pg_class, index.parentOid);
  return parent?.kind === "index" && wants(parent, component.definition) ? (parent as Index) : null;
}

/** Whether an index of a partition comes with its parent's constraint. */
export function isMadeByParent(index: Index, inventory: Inventory): boolean {
  return index.constraint !== null && isUnattachable(index.constraint) && parentOf(index, inventory) !== null;
}

/** Whether a constraint has to make those of partitions. */
export function makesPartitions({ index, ...constraint }: IndexConstraint, inventory: Inventory): boolean {
  if (index.table.relkind !== "p" || !isUnattachable({ index, ...constraint })) return false;
  return inventory.ofKind<IndexAttachment>("index-attachment").some(({ parent }) => parent === index);
}

const NAME_BYTES_MAX = 63;

/** The name that the server chooses, where that is plain to see; null where it is not. */
function chosenName({ contype, index }: IndexConstraint): string | null {
  if (contype === "p") return `${index.table.name}_pkey`;
  const columns = index.columnNumbers.map((number) => index.table.columns.find((column) => column.number === number)?.name ?? "expr");
  const name = [index.table.name, ...columns, contype === "x" ? "excl" : "key"].join("_");
  return new Set(columns).size === columns.length && Buffer.byteLength(name) <= NAME_BYTES_MAX ? name : null;
}

/** Gives a constraint that its parent's made the name that it has here; "" where that is the server's choice. */
export function renderRename(constraint: IndexConstraint, { inventory, qualified, literal }: RenderContext): string {
  const { index, name } = constraint;
  const parent = parentOf(index, inventory);
  if (parent === null || chosenName(constraint) === name) return "";
  const table = qualified(index.table);
  const made =
    `SELECT c.conname FROM pg_catalog.pg_constraint c JOIN pg_catalog.pg_constraint p ON p.oid = c.conparentid ` +
    `WHERE c.conrelid = ${literal(table)}::pg_catalog.regclass AND p.conrelid = ${literal(qualified(parent.table))}::pg_catalog.regclass ` +
    `AND p.conname = ${literal(parent.constraint?.name ?? parent.name)} AND c.conname <> ${literal(name)}`;
  const body =
    `\nDECLARE made pg_catalog.name := (${made});\n` +
    `BEGIN\n    IF made IS NOT NULL THEN\n        EXECUTE pg_catalog.format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I', ${literal(table)}, made, ${literal(name)});\n` +
    `    END IF;\nEND\n`;
  return `DO ${literal(body)};\n`;
}
