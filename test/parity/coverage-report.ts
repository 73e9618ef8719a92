import { readFileSync } from "node:fs";
import type { KindName } from "../../src/objects/kind.ts";
import { registry } from "../../src/objects/registry.ts";
import type { CorpusCase } from "../support/corpus.ts";
import { corpusCases } from "../support/corpus.ts";
import { supportedMajors } from "../support/majors.ts";
import { deviations } from "./deviations.ts";

/**
 * What a script says that makes objects of a kind, so that a case counts for a kind by its statements and not by its place. null for
 * kinds that stand for no object of a database.
 */
const statements: Readonly<Record<KindName, RegExp | null>> = {
  database: /-- options: .*--create/,
  extension: /CREATE EXTENSION/i,
  schema: /CREATE SCHEMA/i,
  relation: /CREATE (UNLOGGED |FOREIGN )?TABLE|CREATE (OR REPLACE )?(MATERIALIZED |RECURSIVE )?VIEW|CREATE (UNLOGGED )?SEQUENCE/i,
  function: /CREATE (OR REPLACE )?(FUNCTION|PROCEDURE)/i,
  type: /CREATE (TYPE|DOMAIN)/i,
  "shell-type": /CREATE TYPE ([\w.]+|"[^"]+")\s*;/i,
  "domain-constraint": /(CREATE|ALTER) DOMAIN[^;]*CHECK/i,
  language: /CREATE (TRUSTED )?(PROCEDURAL )?LANGUAGE/i,
  aggregate: /CREATE (OR REPLACE )?AGGREGATE/i,
  operator: /CREATE OPERATOR (?!CLASS|FAMILY)/i,
  "access-method": /CREATE ACCESS METHOD/i,
  "operator-class": /CREATE OPERATOR CLASS/i,
  "operator-family": /CREATE OPERATOR FAMILY/i,
  "text-search-parser": /CREATE TEXT SEARCH PARSER/i,
  "text-search-template": /CREATE TEXT SEARCH TEMPLATE/i,
  "text-search-dictionary": /CREATE TEXT SEARCH DICTIONARY/i,
  "text-search-configuration": /CREATE TEXT SEARCH CONFIGURATION/i,
  "foreign-data-wrapper": /CREATE FOREIGN DATA WRAPPER/i,
  "foreign-server": /CREATE SERVER/i,
  "default-acl": /ALTER DEFAULT PRIVILEGES/i,
  collation: /CREATE COLLATION/i,
  conversion: /CREATE (DEFAULT )?CONVERSION/i,
  cast: /CREATE CAST/i,
  transform: /CREATE TRANSFORM/i,
  "event-trigger": /CREATE EVENT TRIGGER/i,
  "partition-attachment": /PARTITION OF|ATTACH PARTITION/i,
  "column-default": /\bDEFAULT\b|GENERATED ALWAYS AS|\bserial\b/i,
  "not-null-constraint": /CONSTRAINT ([\w$]+|"[^"]+") NOT NULL|ADD NOT NULL/i,
  "check-constraint": /\bCHECK \(/i,
  index: /CREATE (UNIQUE )?INDEX/i,
  "index-constraint": /PRIMARY KEY|\bUNIQUE\b|EXCLUDE (USING )?/i,
  "index-attachment": /PARTITION[^]*(PRIMARY KEY|CREATE (UNIQUE )?INDEX|UNIQUE)/i,
  "extended-statistics": /CREATE STATISTICS/i,
  "foreign-key": /\bREFERENCES\b/i,
  trigger: /CREATE (OR REPLACE )?(CONSTRAINT )?TRIGGER/i,
  rule: /CREATE (OR REPLACE )?RULE/i,
  "row-security": /ROW LEVEL SECURITY/i,
  policy: /CREATE POLICY/i,
  publication: /CREATE PUBLICATION/i,
  "publication-table": /(CREATE|ALTER) PUBLICATION[^;]*TABLE /i,
  "publication-schema": /(CREATE|ALTER) PUBLICATION[^;]*TABLES IN SCHEMA/i,
  subscription: /CREATE SUBSCRIPTION/i,
  "table-data": /\b(INSERT INTO|COPY) /i,
  "sequence-value": /CREATE (UNLOGGED )?SEQUENCE|\bserial\b|AS IDENTITY/i,
  "materialized-view-data": /CREATE MATERIALIZED VIEW/i,
  "large-object": /lo_(create|from_bytea|creat)\b/i,
  "large-object-group": /lo_(create|from_bytea|creat)\b/i,
  "large-object-data": /lo_(put|from_bytea)\b/i,
  "pre-data-boundary": null,
  "relation-statistics": null,
  "post-data-boundary": null,
};

/** Who says on each major what the text should be, as long as only npm's packages and the pg_dump of major 15 are there. */
const judges: readonly [major: string, judge: string][] = [
  ["15", "the real pg_dump 15, byte for byte; and it finds no difference after our dump and restore"],
  ["18", "the real pg_dump 18 of npm (WebAssembly), all but the rows, which it writes in another form; before and after our restore"],
  ["13, 14, 16, 17", "the real pg_dump of that major where one is installed; else our own text before and after our restore"],
];

const [oldest, newest] = [String(supportedMajors[0]), String(supportedMajors.at(-1))];

function majorsOf({ majorMin }: CorpusCase): string {
  const first = Math.max(majorMin, Number(oldest));
  return String(first) === newest ? newest : `${String(first)}–${newest}`;
}

function sqlOf({ file }: CorpusCase): string {
  return readFileSync(file, "utf8");
}

/** Cases by kind, in the order of the registry. Kinds of no object are left out. */
export function casesByKind(): ReadonlyMap<KindName, readonly CorpusCase[]> {
  const cases = corpusCases("").map((corpusCase) => ({ corpusCase, sql: sqlOf(corpusCase) }));
  const kinds = Object.keys(registry) as KindName[];
  return new Map(
    kinds.flatMap((kind) => {
      const pattern = statements[kind];
      return pattern === null ? [] : [[kind, cases.filter(({ sql }) => pattern.test(sql)).map(({ corpusCase }) => corpusCase)] as const];
    }),
  );
}

/** Folders that are named; the rest is counted. */
const FOLDERS_MAX = 5;

/** `index (2), partition (1)`: folders with their numbers of cases, the most first. */
function folders(cases: readonly CorpusCase[]): string {
  const counts = new Map<string, number>();
  for (const { kind } of cases) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  const named = [...counts].sort((a, b) => b[1] - a[1]).map(([folder, count]) => `${folder} (${String(count)})`);
  const rest = named.length - FOLDERS_MAX;
  return rest <= 0 ? named.join(", ") : `${named.slice(0, FOLDERS_MAX).join(", ")} and ${String(rest)} more`;
}

/** The text of COVERAGE.md. */
export function renderCoverage(): string {
  const kinds = [...casesByKind()].map(([kind, cases]) => `| ${kind} | ${String(cases.length)} | ${folders(cases)} |`);
  const cases = corpusCases("").map((corpusCase) => {
    const { kind, name, options } = corpusCase;
    return `| ${kind}/${name} | ${majorsOf(corpusCase)} | ${options.length === 0 ? "" : `\`${options.join(" ")}\``} |`;
  });
  return [
    "# What is covered",
    "",
    "Written by `test/parity/coverage.test.ts` from the registry of kinds and `fixtures/corpus`; `npm run coverage` writes it anew.",
    "",
    "Each case is a script. On every server major that it loads on, our dump of it is compared with the judge's, and the judge's dump of",
    "the original with the judge's dump of our restore. Cases with options are compared, but not restored. 15 and 18 are run by `npm test`,",
    "all majors by `npm run test:matrix`.",
    "",
    ...judges.map(([major, judge]) => `- ${major}: ${judge}`),
    "",
    "## Deviations",
    "",
    "Where pg_dump's own text does not load, ours does. There are no others.",
    "",
    ...deviations.map(({ majors: where, what, instead, shownBy }) => `- ${where}: ${what} ${instead} Shown by \`${shownBy}\`.`),
    "",
    "## Kinds",
    "",
    "A case counts for each kind of which its statements make objects.",
    "",
    "| kind | cases | in |",
    "| --- | ---: | --- |",
    ...kinds,
    "",
    "## Cases",
    "",
    "| case | majors | options |",
    "| --- | --- | --- |",
    ...cases,
    "",
  ].join("\n");
}
