import { PgstowError } from "../../core/errors.ts";
import type { RestoreTarget } from "../target.ts";
import { names } from "./contents.ts";

const NAMED_MAX = 5;

/** What lives outside the schemas that are replaced, and must not go with them: a cascade would take it in silence. */
export class Bystanders {
  readonly #target: RestoreTarget;
  readonly #sql: string;
  readonly #before: ReadonlyMap<string, string>;

  private constructor(target: RestoreTarget, sql: string, before: ReadonlyMap<string, string>) {
    this.#target = target;
    this.#sql = sql;
    this.#before = before;
  }

  static async of(target: RestoreTarget, schemas: readonly string[]): Promise<Bystanders> {
    const sql = bystandersSql(schemas);
    return new Bystanders(target, sql, await read(target, sql));
  }

  /** Throws when one of them is gone. */
  async mustBeThere(): Promise<void> {
    const after = await read(this.#target, this.#sql);
    const lost = [...this.#before].filter(([id]) => !after.has(id)).map(([, what]) => what);
    if (lost.length === 0) return;
    const more = lost.length > NAMED_MAX ? `\nand ${lost.length - NAMED_MAX} more` : "";
    throw new PgstowError(
      "preflight",
      "what the backup does not hold depends on what it replaces, and would be lost; nothing was changed",
      {
        context: { detail: lost.slice(0, NAMED_MAX).join("\n") + more },
        hint: "Restore into a new database with --into NAME, or drop these first.",
      },
    );
  }
}

async function read(target: RestoreTarget, sql: string): Promise<ReadonlyMap<string, string>> {
  const rows = await target.query(sql);
  return new Map(rows.map(({ id, what }) => [id ?? "", what ?? ""]));
}

/** Everything with a schema of its own, and what hangs on it: constraints, defaults, columns, triggers, policies, rules. */
function bystandersSql(schemas: readonly string[]): string {
  const elsewhere = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema' AND n.nspname <> ALL (${names(schemas)})`;
  const object = (catalog: string, namespace: string, more = "true") => `SELECT '${catalog}' || o.oid AS id,
      pg_catalog.pg_describe_object('pg_catalog.${catalog}'::pg_catalog.regclass, o.oid, 0) AS what
    FROM pg_catalog.${catalog} AS o JOIN pg_catalog.pg_namespace AS n ON n.oid = o.${namespace} WHERE ${more} AND ${elsewhere}`;
  // Triggers of foreign keys come and go with the key.
  const part = (catalog: string, relation: string, more = "true") => `SELECT '${catalog}' || o.oid AS id,
      pg_catalog.pg_describe_object('pg_catalog.${catalog}'::pg_catalog.regclass, o.oid, 0) AS what
    FROM pg_catalog.${catalog} AS o JOIN pg_catalog.pg_class AS c ON c.oid = o.${relation}
    JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE ${more} AND ${elsewhere}`;
  return [
    object("pg_class", "relnamespace"),
    object("pg_proc", "pronamespace"),
    object("pg_type", "typnamespace", "o.typrelid = 0 AND o.typelem = 0"),
    object("pg_operator", "oprnamespace"),
    object("pg_collation", "collnamespace"),
    object("pg_constraint", "connamespace"),
    part("pg_attrdef", "adrelid"),
    part("pg_trigger", "tgrelid", "NOT o.tgisinternal"),
    part("pg_policy", "polrelid"),
    part("pg_rewrite", "ev_class"),
    `SELECT 'column' || a.attrelid || '.' || a.attnum AS id, pg_catalog.pg_describe_object('pg_catalog.pg_class'::pg_catalog.regclass, a.attrelid, a.attnum) AS what
     FROM pg_catalog.pg_attribute AS a JOIN pg_catalog.pg_class AS c ON c.oid = a.attrelid
     JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace WHERE a.attnum > 0 AND NOT a.attisdropped AND ${elsewhere}`,
    "SELECT 'extension' || oid AS id, 'extension ' || extname AS what FROM pg_catalog.pg_extension",
    "SELECT 'event trigger' || oid AS id, 'event trigger ' || evtname AS what FROM pg_catalog.pg_event_trigger",
    "SELECT 'publication' || prrelid || '.' || prpubid AS id, 'table ' || prrelid::pg_catalog.regclass || ' in publication ' || p.pubname AS what FROM pg_catalog.pg_publication_rel JOIN pg_catalog.pg_publication AS p ON p.oid = prpubid",
  ].join(" UNION ALL ");
}
