import { PgstowError } from "../core/errors.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import type { Selection } from "../objects/selection.ts";
import { parseNamePattern } from "./pattern.ts";
import type { NamePattern, PatternKind } from "./pattern.ts";
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
  | "schemaWanted"
  | "dataWanted"
  | "sequenceDataWanted"
  | "statisticsWanted"
  | "largeObjects"
  | "policies"
  | "publications"
  | "subscriptions"
  | "database"
  | "unloggedTableData"
>;

interface Match {
  readonly oid: number;
}

const COLLATE = "COLLATE pg_catalog.default";
/** These queries run under the role's own search path, where anybody may have put an operator `=` that is his own: each is named in full. */
const EQUALS = "OPERATOR(pg_catalog.=)";

function matches(column: string, regex: string): string {
  return `${column} OPERATOR(pg_catalog.~) ${quoteLiteralPortably(regex)} ${COLLATE}`;
}

function schemaQuery({ name }: NamePattern): string {
  return `SELECT n.oid FROM pg_catalog.pg_namespace n WHERE ${matches("n.nspname", name)}`;
}

function tableQuery({ schema, name }: NamePattern, withChildren: boolean): string {
  const place = schema === null ? "pg_catalog.pg_table_is_visible(c.oid)" : matches("n.nspname", schema);
  const roots = `
    SELECT c.oid FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid ${EQUALS} c.relnamespace
    WHERE c.relkind ${EQUALS} ANY (ARRAY['r', 'S', 'v', 'm', 'f', 'p']::pg_catalog."char"[]) AND ${place} AND ${matches("c.relname", name)}`;
  if (!withChildren) return roots;
  return `
    WITH RECURSIVE tree(oid) AS (${roots} UNION SELECT i.inhrelid FROM tree t JOIN pg_catalog.pg_inherits i ON i.inhparent ${EQUALS} t.oid)
    SELECT oid FROM tree`;
}

function extensionQuery({ name }: NamePattern): string {
  return `SELECT x.oid FROM pg_catalog.pg_extension x WHERE ${matches("x.extname", name)}`;
}

function serverQuery({ name }: NamePattern): string {
  return `SELECT s.oid FROM pg_catalog.pg_foreign_server s WHERE ${matches("s.srvname", name)}`;
}

/** One list of patterns: what it names, and how to find it. */
interface Lookup {
  readonly patterns: readonly string[];
  readonly kind: PatternKind;
  readonly query: (pattern: NamePattern) => string;
  /** The plural in messages, when no match at all is an error; exclusions may match nothing. */
  readonly mustMatch?: string;
  /** Each pattern must match something, always. */
  readonly isStrict?: boolean;
}

function lookupsOf(patterns: SelectionPatterns) {
  const schemas = (list: readonly string[]): Lookup => ({ patterns: list, kind: "schema", query: schemaQuery });
  const tables = (list: readonly string[], withChildren: boolean): Lookup => ({
    patterns: list,
    kind: "relation",
    query: (pattern) => tableQuery(pattern, withChildren),
  });
  const extensions = (list: readonly string[]): Lookup => ({ patterns: list, kind: "other", query: extensionQuery });
  return {
    schemas: { ...schemas(patterns.schemas), mustMatch: "schemas" },
    excludedSchemas: schemas(patterns.excludedSchemas),
    tables: { ...tables(patterns.tables, false), mustMatch: "tables" },
    tablesAndChildren: { ...tables(patterns.tablesAndChildren, true), mustMatch: "tables" },
    excludedTables: tables(patterns.excludedTables, false),
    excludedTablesAndChildren: tables(patterns.excludedTablesAndChildren, true),
    excludedTableData: tables(patterns.excludedTableData, false),
    excludedTableDataAndChildren: tables(patterns.excludedTableDataAndChildren, true),
    extensions: { ...extensions(patterns.extensions), mustMatch: "extensions" },
    excludedExtensions: extensions(patterns.excludedExtensions),
    foreignServers: { patterns: patterns.foreignServers, kind: "other", query: serverQuery, mustMatch: "foreign servers", isStrict: true },
  } satisfies Record<string, Lookup>;
}

type LookupName = keyof ReturnType<typeof lookupsOf>;

/**
 * Finds what the patterns name, in one batch of queries. Names without a schema are looked up in the role's own search path. Throws
 * `usage` when an include pattern matches nothing.
 */
export async function resolveSelection(
  reader: Pick<CatalogReader, "query">,
  patterns: SelectionPatterns,
  switches: SelectionSwitches,
): Promise<Selection> {
  const found = await findAll(reader, lookupsOf(patterns), patterns);
  const hasTables = patterns.tables.length + patterns.tablesAndChildren.length > 0;
  const hasSchemas = patterns.schemas.length > 0;
  const hasExtensions = patterns.extensions.length > 0;
  return {
    ...switches,
    everything: !hasTables && !hasSchemas && !hasExtensions,
    schemas: hasSchemas ? found.schemas : null,
    excludedSchemas: found.excludedSchemas,
    tables: hasTables ? union(found.tables, found.tablesAndChildren) : null,
    excludedTables: union(found.excludedTables, found.excludedTablesAndChildren),
    excludedTableData: union(found.excludedTableData, found.excludedTableDataAndChildren),
    extensions: hasExtensions ? found.extensions : null,
    excludedExtensions: found.excludedExtensions,
    foreignServers: found.foreignServers,
  };
}

async function findAll(
  reader: Pick<CatalogReader, "query">,
  lookups: Readonly<Record<LookupName, Lookup>>,
  { database, strictNames }: SelectionPatterns,
): Promise<Record<LookupName, Set<number>>> {
  const entries = Object.entries(lookups) as [LookupName, Lookup][];
  const queries = entries.map(([, lookup]) =>
    lookup.patterns.map((text) => lookup.query(checkDatabase(parseNamePattern(text, lookup.kind), text, database))),
  );
  const usesPatterns = queries.some((list) => list.length > 0);
  const [, answers] = await Promise.all([
    usesPatterns ? reader.query("RESET search_path") : null,
    Promise.all(queries.map((list) => Promise.all(list.map((sql) => reader.query<Match>(sql))))),
    usesPatterns ? reader.query("SELECT pg_catalog.set_config('search_path', '', false)") : null,
  ]);
  const found = entries.map(([name, lookup], at): [LookupName, Set<number>] => {
    const matchesOf = answers[at] ?? [];
    checkMatches(lookup, matchesOf, strictNames);
    return [name, new Set(matchesOf.flat().map((row) => row.oid))];
  });
  return Object.fromEntries(found) as Record<LookupName, Set<number>>;
}

function union(...sets: readonly ReadonlySet<number>[]): Set<number> {
  return new Set(sets.flatMap((set) => [...set]));
}

function checkDatabase(pattern: NamePattern, text: string, database: string): NamePattern {
  if (pattern.database !== null && !new RegExp(pattern.database).test(database)) {
    throw new PgstowError("usage", `cross-database references are not implemented: ${text}`);
  }
  return pattern;
}

function checkMatches(lookup: Lookup, matches: readonly (readonly Match[])[], strict: boolean): void {
  if (lookup.mustMatch === undefined || lookup.patterns.length === 0) return;
  const missing = lookup.patterns.filter((_, at) => (matches[at] ?? []).length === 0);
  if ((strict || lookup.isStrict === true) && missing[0] !== undefined) {
    throw new PgstowError("usage", `no matching ${lookup.mustMatch} were found for pattern "${missing[0]}"`);
  }
  if (missing.length === lookup.patterns.length) {
    throw new PgstowError("usage", `no matching ${lookup.mustMatch} were found`, {
      hint: `Looked for ${missing.map((pattern) => `"${pattern}"`).join(", ")}; upper case needs double quotes inside the pattern.`,
    });
  }
}
