import type { RenderContext } from "../kind.ts";
import type { Relation } from "./relation.ts";

/** `ALTER TABLE`, or `ALTER FOREIGN TABLE` for a foreign one. */
export function alterTable(table: Pick<Relation, "relkind">): string {
  return table.relkind === "f" ? "ALTER FOREIGN TABLE" : "ALTER TABLE";
}

/** The word for the kind of relation, in comments, labels and as the kind of its entry. */
export function relationWord(relation: Pick<Relation, "relkind">): string {
  switch (relation.relkind) {
    case "r":
    case "p":
    case "c":
      return "TABLE";
    case "f":
      return "FOREIGN TABLE";
    case "v":
      return "VIEW";
    case "m":
      return "MATERIALIZED VIEW";
    case "S":
      return "SEQUENCE";
  }
}

/**
 * Storage parameters as they stand in WITH (...): `fillfactor='70', toast.autovacuum_enabled=off`. Values that look like identifiers stay bare.
 */
export function renderOptions(options: readonly string[], prefix: string, { q, literal }: RenderContext): string[] {
  return options.map((option) => {
    const equals = option.indexOf("=");
    const name = equals < 0 ? option : option.slice(0, equals);
    const value = equals < 0 ? "" : option.slice(equals + 1);
    return `${prefix}${q(name)}=${q(value) === value ? value : literal(value)}`;
  });
}

/** All of a relation's parameters, its TOAST table's among them; "" for none. */
export function renderWith(relation: Relation, context: RenderContext): string {
  return [...renderOptions(relation.options, "", context), ...renderOptions(relation.toastOptions, "toast.", context)].join(", ");
}
