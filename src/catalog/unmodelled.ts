import { quoteLiteral } from "../core/literals.ts";
import { classOids, FIRST_NORMAL_OID } from "../objects/class-oids.ts";
import { catalogRead } from "../objects/kind.ts";
import { knownColumns } from "./known-columns.ts";
import { knownDependencyLetters, knownLetters } from "./known-letters.ts";
import type { LetterColumn } from "./known-letters.ts";

/** Findings that are listed one by one; more of them are counted. */
const LISTED_MAX = 20;

/** One thing that the server has and no kind models; `what` ends in the name of an object or in a number of them. */
interface UnmodelledRow {
  readonly what: string;
}

interface ColumnsRow {
  readonly catalog: string;
  readonly columns: string;
}

const firstOid = FIRST_NORMAL_OID.toString();
const knownClasses = Object.values(classOids).join(", ");

function charArray(letters: readonly string[]): string {
  return `'{${letters.map((letter) => `"${letter}"`).join(",")}}'::"char"[]`;
}

/**
 * Objects of users, but not members of extensions, with a letter that no kind knows. All columns of one catalog in one scan: some
 * catalogs have a hundred rows for each table.
 */
function letterQuery(columns: readonly LetterColumn[]): string {
  const [{ catalog, object }] = columns as readonly [LetterColumn];
  const [owner, oid, subId] = object;
  const classOid = classOids[owner].toString();
  const isUnknown = ({ column, letters }: LetterColumn): string => `t.${column} <> ALL (${charArray(letters)})`;
  const values = columns.map((column) => `('${catalog}.${column.column}', t.${column.column}, ${isUnknown(column)})`);
  return `
    SELECT pg_catalog.format('%s %L of %s', l.place, l.letter, pg_catalog.pg_describe_object(${classOid}, t.${oid}, ${subId === undefined ? "0" : `t.${subId}`})) AS what
    FROM pg_catalog.${catalog} t CROSS JOIN LATERAL (VALUES ${values.join(", ")}) AS l(place, letter, unknown)
    WHERE t.${oid} >= ${firstOid} AND (${columns.map(isUnknown).join(" OR ")})${subId === undefined ? "" : ` AND t.${subId} > 0`} AND l.unknown
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = ${classOid} AND m.objid = t.${oid} AND m.deptype = 'e')`;
}

/** The columns that this server has, those of the same objects together. */
function letterQueries(major: number): string[] {
  const groups = new Map<string, LetterColumn[]>();
  for (const column of knownLetters) {
    if ((column.majorMin ?? 0) > major) continue;
    const key = [column.catalog, ...column.object].join();
    groups.set(key, [...(groups.get(key) ?? []), column]);
  }
  return [...groups.values()].map(letterQuery);
}

/** The distinct values of an index's first column, each found by one probe: pg_depend has a hundred rows for each table. */
function distinctClasses(name: string, column: string): string {
  return `${name}(classid) AS (
      SELECT pg_catalog.min(d.${column}) FROM pg_catalog.pg_depend d
      UNION ALL SELECT (SELECT pg_catalog.min(d.${column}) FROM pg_catalog.pg_depend d WHERE d.${column} > c.classid) FROM ${name} c WHERE c.classid IS NOT NULL
    )`;
}

function unknownIn(name: string): string {
  return `ANY (ARRAY(SELECT c.classid FROM ${name} c WHERE c.classid NOT IN (${knownClasses})))`;
}

/** Objects in catalogs that no kind reads, found by what the server's own bookkeeping says of them. */
const catalogQuery = `
    SELECT pg_catalog.format('%s of %s', pg_catalog.count(*), u.classid::pg_catalog.regclass) AS what
    FROM (
      WITH RECURSIVE ${distinctClasses("dependents", "classid")}, ${distinctClasses("referenced", "refclassid")}
      SELECT d.classid, d.objid FROM pg_catalog.pg_depend d WHERE d.objid >= ${firstOid} AND d.classid = ${unknownIn("dependents")}
      UNION SELECT d.refclassid, d.refobjid FROM pg_catalog.pg_depend d WHERE d.refobjid >= ${firstOid} AND d.refclassid = ${unknownIn("referenced")}
      UNION SELECT d.classid, d.objid FROM pg_catalog.pg_shdepend d
        WHERE d.objid >= ${firstOid} AND d.classid NOT IN (${knownClasses})
          AND d.dbid = (SELECT b.oid FROM pg_catalog.pg_database b WHERE b.datname = pg_catalog.current_database())
      UNION SELECT d.classoid, d.objoid FROM pg_catalog.pg_description d WHERE d.objoid >= ${firstOid} AND d.classoid NOT IN (${knownClasses})
      UNION SELECT l.classoid, l.objoid FROM pg_catalog.pg_seclabel l WHERE l.objoid >= ${firstOid} AND l.classoid NOT IN (${knownClasses})
    ) u
    WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_depend m WHERE m.classid = u.classid AND m.objid = u.objid AND m.deptype = 'e')
    GROUP BY u.classid`;

const dependencyQuery = `
    SELECT pg_catalog.format('%s dependencies of type %L', pg_catalog.count(*), d.deptype) AS what
    FROM pg_catalog.pg_depend d
    WHERE d.objid >= ${firstOid} AND d.deptype <> ALL (${charArray(knownDependencyLetters)})
    GROUP BY d.deptype`;

/**
 * What the database has and no kind models, in one query; and columns of the catalogs that no kind knows, as newer servers and forks
 * have them, in another. Says so in one warning.
 */
export const unmodelledReads = [
  catalogRead<ColumnsRow>({
    name: "columns of catalogs",
    phase: "details",
    query: () => `
    SELECT c.relname AS catalog, pg_catalog.string_agg(a.attname, ' ' ORDER BY a.attnum) AS columns
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid
    WHERE c.oid < ${firstOid} AND c.relnamespace = 'pg_catalog'::pg_catalog.regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
      AND c.relname IN (${Object.keys(knownColumns)
        .map((name) => quoteLiteral(name))
        .join(", ")})
    GROUP BY c.relname
    ORDER BY c.relname`,
    read: (rows, { onDiagnostic }) => {
      const details = rows.flatMap(({ catalog, columns }) => {
        const known = new Set((knownColumns[catalog] ?? "").split(" "));
        return columns.split(" ").flatMap((column) => (known.has(column) ? [] : [`column ${catalog}.${column}`]));
      });
      if (details.length > 0) {
        onDiagnostic({
          severity: "warning",
          code: "unmodelled-property",
          message: "the server knows properties of objects that this program does not; where they are used, the dump does not have them",
          details: shorten(details),
        });
      }
    },
  }),
  catalogRead<UnmodelledRow>({
    name: "unmodelled objects",
    phase: "details",
    query: ({ major }) => [catalogQuery, dependencyQuery, ...letterQueries(major)].join("\n    UNION ALL"),
    read: (rows, { onDiagnostic }) => {
      if (rows.length === 0) return;
      onDiagnostic({
        severity: "warning",
        code: "unmodelled-kind",
        message: "the database has things that this program does not know; the dump does not have them, or not all of them",
        details: shorten(rows.map((row) => row.what)),
      });
    },
  }),
] as const;

function shorten(findings: readonly string[]): string[] {
  const rest = findings.length - LISTED_MAX;
  return rest <= 0 ? [...findings] : [...findings.slice(0, LISTED_MAX), `and ${rest.toString()} more`];
}
