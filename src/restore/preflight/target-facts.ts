import { quoteLiteralPortably } from "../../core/literals.ts";
import type { RestoreTarget } from "../target.ts";
import type { Needs } from "./needs.ts";

/** What the target says of itself and of what it lacks. */
export interface TargetFacts {
  readonly database: string;
  readonly user: string;
  readonly superuser: boolean;
  readonly standby: boolean;
  readonly readOnly: boolean;
  readonly mayCreateSchemas: boolean;
  readonly encoding: string;
  readonly lockCapacity: number;
  /** Objects that a replacing restore would lock to drop them. */
  readonly objects: number;
  readonly missingRoles: readonly string[];
  /** Roles that the user is no member of. */
  readonly foreignRoles: readonly string[];
  readonly extensions: readonly { readonly name: string; readonly state: "missing" | "not-allowed" }[];
  readonly missingTablespaces: readonly string[];
  readonly missingCollations: readonly string[];
  readonly existingSchemas: readonly string[];
  /** Of the relations that are to be made: schema and name. */
  readonly existingRelations: readonly string[];
  readonly sessions: readonly { readonly pid: string; readonly user: string; readonly application: string; readonly state: string }[];
}

export async function readTargetFacts(target: RestoreTarget, needs: Needs): Promise<TargetFacts> {
  const [own = {}] = await target.query(OWN_FACTS);
  // Sorted here: the server gives them in the order of its plan, which is another one every time.
  const column = async (sql: string) => (await target.query(sql)).map((row) => Object.values(row)[0] ?? "").sort();
  const roles = array([...new Set([...needs.owners, ...needs.grantees])]);
  const extensions = await target.query(extensionsSql(needs.extensions));
  const sessions = await target.query(SESSIONS);
  return {
    database: own["database"] ?? "",
    user: own["username"] ?? "",
    superuser: own["superuser"] === "t",
    standby: own["standby"] === "t",
    readOnly: own["readonly"] === "on",
    mayCreateSchemas: own["maycreate"] === "t",
    encoding: own["encoding"] ?? "",
    lockCapacity: Number(own["locks"] ?? 0),
    objects: Number(own["objects"] ?? 0),
    missingRoles: await column(
      `SELECT r FROM pg_catalog.unnest(${roles}) AS r WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = r)`,
    ),
    foreignRoles: await column(
      `SELECT r.rolname FROM pg_catalog.pg_roles AS r WHERE r.rolname = ANY (${array(needs.owners)}) AND NOT pg_catalog.pg_has_role(r.oid, 'MEMBER')`,
    ),
    extensions: extensions.map(({ name, state }) => ({ name: name ?? "", state: state === "missing" ? "missing" : "not-allowed" })),
    missingTablespaces: await column(
      `SELECT t FROM pg_catalog.unnest(${array(needs.tablespaces)}) AS t WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_tablespace WHERE spcname = t)`,
    ),
    missingCollations: await column(
      `SELECT c FROM pg_catalog.unnest(${array(needs.collations)}) AS c WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_collation
       WHERE collname = c AND collnamespace = 'pg_catalog'::pg_catalog.regnamespace
       AND collencoding IN (-1, (SELECT encoding FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database())))`,
    ),
    existingSchemas: await column(`SELECT nspname FROM pg_catalog.pg_namespace WHERE nspname = ANY (${array(needs.schemas)})`),
    existingRelations: await column(existingSql(needs)),
    sessions: sessions.map((row) => ({
      pid: row["pid"] ?? "",
      user: row["username"] ?? "",
      application: row["application"] ?? "",
      state: row["state"] ?? "",
    })),
  };
}

/** As many locks as the server has room for, by its own reckoning; every dropped object with an OID of its own needs one. */
const OWN_FACTS = `SELECT pg_catalog.current_database() AS database, CURRENT_USER AS username,
  (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER) AS superuser,
  pg_catalog.pg_is_in_recovery() AS standby,
  pg_catalog.current_setting('transaction_read_only') AS readonly,
  pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE') AS maycreate,
  (SELECT pg_catalog.pg_encoding_to_char(encoding) FROM pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) AS encoding,
  pg_catalog.current_setting('max_locks_per_transaction')::pg_catalog.int8 *
    (SELECT pg_catalog.sum(setting::pg_catalog.int8) + 1 FROM pg_catalog.pg_settings WHERE name IN ('max_connections',
      'max_prepared_transactions', 'autovacuum_max_workers', 'max_worker_processes', 'max_wal_senders')) AS locks,
  ${["pg_class", "pg_type", "pg_constraint", "pg_attrdef", "pg_rewrite", "pg_trigger", "pg_proc", "pg_operator", "pg_largeobject_metadata"]
    .map((catalog) => `(SELECT pg_catalog.count(*) FROM pg_catalog.${catalog} WHERE oid >= 16384)`)
    .join(" + ")} AS objects`;

const SESSIONS = `SELECT pid, usename AS username, application_name AS application, COALESCE(state, '') AS state
  FROM pg_catalog.pg_stat_activity
  WHERE datname = pg_catalog.current_database() AND pid <> pg_catalog.pg_backend_pid() AND backend_type = 'client backend' ORDER BY pid`;

/** Extensions that cannot be made here; `trusted` ones can be made by whoever may create in the database. */
function extensionsSql(names: readonly string[]): string {
  return `SELECT e AS name, CASE WHEN v.name IS NULL THEN 'missing' ELSE 'not-allowed' END AS state
    FROM pg_catalog.unnest(${array(names)}) AS e
    LEFT JOIN pg_catalog.pg_available_extensions AS a ON a.name = e
    LEFT JOIN pg_catalog.pg_available_extension_versions AS v ON v.name = a.name AND v.version = a.default_version
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_extension WHERE extname = e)
      AND (v.name IS NULL OR v.superuser AND NOT v.trusted AND NOT (SELECT rolsuper FROM pg_catalog.pg_roles WHERE rolname = CURRENT_USER))
    ORDER BY 1`;
}

function existingSql({ relations }: Needs): string {
  const schemas = array(relations.map(({ schema }) => schema));
  const names = array(relations.map(({ name }) => name));
  return `SELECT n.nspname || '.' || c.relname FROM ROWS FROM (pg_catalog.unnest(${schemas}), pg_catalog.unnest(${names})) AS w (schema, name)
    JOIN pg_catalog.pg_namespace AS n ON n.nspname = w.schema
    JOIN pg_catalog.pg_class AS c ON c.relnamespace = n.oid AND c.relname = w.name ORDER BY 1`;
}

function array(names: readonly string[]): string {
  return `ARRAY[${names.map(quoteLiteralPortably).join(", ")}]::pg_catalog.text[]`;
}
