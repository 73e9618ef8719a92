import { PgstowError } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { Selection } from "../objects/selection.ts";
import { parseNamePattern } from "./pattern.ts";
import type { NamePattern } from "./pattern.ts";
import type { CatalogReader } from "./read-inventory.ts";

/** The selection as the user wrote it: psql patterns. */
export interface SelectionPatterns {
  readonly schemas: readonly string[];
  readonly excludedSchemas: readonly string[];
  readonly tables: readonly string[];
  readonly tablesAndChildren: readonly string[];
  readonly excludedTables: readonly string[];
  readonly excludedTablesAndChildren: readonly string[];
  readonly excludedTableData: readonly string[];
  readonly excludedTableDataAndChildren: readonly string[];
  readonly extensions: readonly string[];
  readonly excludedExtensions: readonly string[];
  readonly foreignServers: readonly string[];
  /** Every pattern must match something, not just one of each kind. */
  readonly strictNames: boolean;
  readonly database: string;
}

/** The rest of a selection, which needs no look-up. */
export type SelectionSwitches = Pick<
  Selection,
  "schemaWanted" | "dataWanted" | "largeObjects" | "policies" | "publications" | "subscriptions" | "database" | "unloggedTableData"
>;

type Noun = "schemas" | "tables" | "extensions" | "foreign servers";

interface Match {
  readonly oid: number;
}

const COLLATE = "COLLATE pg_catalog.default";

function matches(column: string, regex: string): string {
  return `${column} OPERATOR(pg_catalog.~) ${quoteLiteral(regex)} ${COLLATE}`;
}

function schemaQuery({ name }: NamePattern): string {
  return `SELECT n.oid FROM pg_catalog.pg_namespace n WHERE ${matches("n.nspname", name)}`;
}

function tableQuery({ schema, name }: NamePattern, withChildren: boolean): string {
  const place = schema === null ? "pg_catalog.pg_table_is_visible(c.oid)" : matches("n.nspname", schema);
  const roots = `
    SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind IN ('r', 'S', 'v', 'm', 'f', 'p') AND ${place} AND ${matches("c.relname", name)}`;
  if (!withChildren) return roots;
  return `
    WITH RECURSIVE tree(oid) AS (${roots} UNION SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent = t.oid)
    SELECT oid FROM tree`;
}

function extensionQuery({ name }: NamePattern): string {
  return `SELECT x.oid FROM pg_catalog.pg_extension x WHERE ${matches("x.extname", name)}`;
}

function serverQuery({ name }: NamePattern): string {
  return `SELECT s.oid FROM pg_catalog.pg_foreign_server s WHERE ${matches("s.srvname", name)}`;
}

interface Lookup {
  readonly patterns: readonly string[];
  readonly noun: Noun;
  readonly partsMax: 1 | 2 | 3;
  readonly query: (pattern: NamePattern) => string;
  /** No match at all is an error; exclusions may match nothing. */
  readonly mustMatch: boolean;
}

/**
 * Finds what the patterns name, in one batch of queries. Names without a schema are looked up in the role's own search path. Throws
 * `usage` when an include pattern matches nothing.
 */
export async function resolveSelection(
  reader: CatalogReader,
  patterns: SelectionPatterns,
  switches: SelectionSwitches,
): Promise<Selection> {
  const find = async (lookup: Lookup): Promise<Set<number>> => {
    const parsed = lookup.patterns.map((pattern) => checkDatabase(parseNamePattern(pattern, lookup.partsMax), pattern, patterns.database));
    const answers = await Promise.all(parsed.map((pattern) => reader.query<Match>(lookup.query(pattern))));
    const oids = new Set(answers.flatMap((rows) => rows.map((row) => row.oid)));
    checkMatches(
      lookup,
      answers.map((rows) => rows.length),
      patterns.strictNames,
    );
    return oids;
  };
  const schemas = (list: readonly string[], mustMatch: boolean) =>
    find({ patterns: list, noun: "schemas", partsMax: 2, query: schemaQuery, mustMatch });
  const tables = (list: readonly string[], withChildren: boolean, mustMatch: boolean) =>
    find({ patterns: list, noun: "tables", partsMax: 3, query: (pattern) => tableQuery(pattern, withChildren), mustMatch });
  const extensions = (list: readonly string[], mustMatch: boolean) =>
    find({ patterns: list, noun: "extensions", partsMax: 1, query: extensionQuery, mustMatch });

  const hasTables = patterns.tables.length + patterns.tablesAndChildren.length > 0;
  const hasSchemas = patterns.schemas.length > 0;
  const hasExtensions = patterns.extensions.length > 0;
  const usesPatterns = Object.values(patterns).some((list) => Array.isArray(list) && list.length > 0);
  const widen = usesPatterns ? reader.query("RESET search_path") : null;
  const found = Promise.all([
    schemas(patterns.schemas, true),
    schemas(patterns.excludedSchemas, false),
    tables(patterns.tables, false, true),
    tables(patterns.tablesAndChildren, true, true),
    tables(patterns.excludedTables, false, false),
    tables(patterns.excludedTablesAndChildren, true, false),
    tables(patterns.excludedTableData, false, false),
    tables(patterns.excludedTableDataAndChildren, true, false),
    extensions(patterns.extensions, true),
    extensions(patterns.excludedExtensions, false),
    find({ patterns: patterns.foreignServers, noun: "foreign servers", partsMax: 1, query: serverQuery, mustMatch: true }),
  ]);
  const narrow = usesPatterns ? reader.query("SELECT pg_catalog.set_config('search_path', '', false)") : null;
  await widen;
  const oids = await found.finally(() => narrow);
  const union = (...sets: ReadonlySet<number>[]): Set<number> => new Set(sets.flatMap((set) => [...set]));
  return {
    ...switches,
    everything: !hasTables && !hasSchemas && !hasExtensions,
    schemas: hasSchemas ? oids[0] : null,
    excludedSchemas: oids[1],
    tables: hasTables ? union(oids[2], oids[3]) : null,
    excludedTables: union(oids[4], oids[5]),
    excludedTableData: union(oids[6], oids[7]),
    extensions: hasExtensions ? oids[8] : null,
    excludedExtensions: oids[9],
    foreignServers: oids[10],
  };
}

function checkDatabase(pattern: NamePattern, text: string, database: string): NamePattern {
  if (pattern.database !== null && !new RegExp(pattern.database).test(database)) {
    throw new PgstowError("usage", `cross-database references are not implemented: ${text}`);
  }
  return pattern;
}

function checkMatches(lookup: Lookup, counts: readonly number[], strict: boolean): void {
  if (!lookup.mustMatch || counts.length === 0) return;
  const missing = lookup.patterns.filter((_, at) => counts[at] === 0);
  if (strict && missing[0] !== undefined) {
    throw new PgstowError("usage", `no matching ${lookup.noun} were found for pattern "${missing[0]}"`);
  }
  if (missing.length === counts.length) {
    throw new PgstowError("usage", `no matching ${lookup.noun} were found`, {
      hint: `Looked for ${missing.map((pattern) => `"${pattern}"`).join(", ")}; upper case needs double quotes inside the pattern.`,
    });
  }
}
