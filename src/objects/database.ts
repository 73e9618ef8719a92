import { parseArrayOfText } from "../core/array-text.ts";
import { quoteLiteralPortably } from "../core/literals.ts";
import { aclColumns, readAcl } from "../facets/acl.ts";
import type { AclRow } from "../facets/acl.ts";
import { classOids } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { Inventory } from "./inventory.ts";
import type { Part, RenderContext } from "./kind.ts";
import { ALL_COMPONENTS, newObjectState, NO_COMPONENTS } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { renderSetting } from "../core/setting-text.ts";

/** The database itself: in archives, and in scripts that create it. It is before everything else and nothing depends on it. */
export interface Database extends CatalogObject {
  readonly kind: "database";
  readonly encoding: string;
  readonly collate: string;
  readonly ctype: string;
  /** c libc, i icu, b builtin */
  readonly provider: string;
  readonly locale: string | null;
  readonly icuRules: string | null;
  /** "" for pg_default */
  readonly tablespace: string;
  readonly isTemplate: boolean;
  readonly connectionLimit: number;
  /** `name=value` of ALTER DATABASE ... SET; with a role, of ALTER ROLE ... IN DATABASE. */
  readonly settings: readonly { readonly role: string | null; readonly setting: string }[];
}

interface DatabaseRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly encoding: string;
  readonly collation: string;
  readonly ctype: string;
  readonly provider: string;
  readonly locale: string | null;
  readonly icu_rules: string | null;
  readonly tablespace: string;
  readonly is_template: boolean;
  readonly connection_limit: number;
  readonly comment: string | null;
}

const CURRENT = "(SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())";

/** Settings have no order of their own: they come as they are stored, those for all roles first. */
const settingsRead = catalogRead<{ readonly role: number; readonly settings: string }>({
  name: "settings of the database",
  phase: "inventory",
  query: ({ selection }) =>
    selection.database
      ? `
    SELECT s.setrole AS role, s.setconfig AS settings
    FROM pg_catalog.pg_db_role_setting s
    WHERE s.setdatabase = ${CURRENT}
    ORDER BY s.setrole <> 0`
      : null,
  read: (rows, { inventory }) => {
    const [database] = inventory.ofKind<Database>("database");
    const settings = rows.flatMap((row) =>
      parseArrayOfText(row.settings).map((setting) => ({ role: row.role === 0 ? null : inventory.role(row.role), setting })),
    );
    if (database !== undefined) (database.settings as unknown[]).push(...settings);
  },
});

const read = catalogRead<DatabaseRow>({
  name: "the database",
  phase: "inventory",
  query: ({ selection, major }) => {
    if (!selection.database) return null;
    const locale = major >= 17 ? "d.datlocale" : major >= 15 ? "d.daticulocale" : "NULL";
    return `
    SELECT d.oid, d.datname AS name, d.datdba AS owner, pg_catalog.pg_encoding_to_char(d.encoding) AS encoding,
      d.datcollate::text AS collation, d.datctype::text AS ctype, ${major >= 15 ? "d.datlocprovider::text" : "'c'"} AS provider,
      ${locale} AS locale, ${major >= 16 ? "d.daticurules" : "NULL"} AS icu_rules,
      t.spcname AS tablespace, d.datistemplate AS is_template, d.datconnlimit AS connection_limit,
      pg_catalog.shobj_description(d.oid, 'pg_database') AS comment, ${aclColumns("d.datacl", "d", "d.datdba")}
    FROM pg_catalog.pg_database d
    JOIN pg_catalog.pg_tablespace t ON t.oid = d.dattablespace
    WHERE d.datname = pg_catalog.current_database()`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add(databaseOf(row, inventory));
      if (row.comment !== null) inventory.comments.set(classOids.pg_database, new Map([[row.oid, new Map([[0, row.comment]])]]));
    }
  },
});

function databaseOf(row: DatabaseRow, inventory: Inventory): Database {
  return {
    kind: "database",
    classOid: classOids.pg_database,
    oid: row.oid,
    name: row.name,
    schema: null,
    owner: inventory.role(row.owner),
    acl: readAcl(row),
    loopRole: "other",
    encoding: row.encoding,
    collate: row.collation,
    ctype: row.ctype,
    provider: row.provider,
    locale: row.locale,
    icuRules: row.icu_rules,
    tablespace: row.tablespace === "pg_default" ? "" : row.tablespace,
    isTemplate: row.is_template,
    connectionLimit: row.connection_limit,
    settings: [],
    ...newObjectState(),
  };
}

interface LabelRow {
  readonly oid: number;
  readonly provider: string;
  readonly label: string;
}

const labelRead = catalogRead<LabelRow>({
  name: "security labels of the database",
  phase: "inventory",
  query: ({ selection }) =>
    selection.database
      ? `
    SELECT l.objoid AS oid, l.provider, l.label
    FROM pg_catalog.pg_shseclabel l
    WHERE l.classoid = 'pg_catalog.pg_database'::pg_catalog.regclass AND l.objoid = ${CURRENT}
    ORDER BY l.provider`
      : null,
  read: (rows, { inventory }) => {
    const [first] = rows;
    if (first === undefined) return;
    const labels = rows.map(({ provider, label }) => ({ subId: 0, provider, label }));
    inventory.securityLabels.set(classOids.pg_database, new Map([[first.oid, labels]]));
  },
});

const PROVIDERS: Readonly<Record<string, string>> = { c: "libc", i: "icu", b: "builtin" };

function renderDatabase(database: Database, { q, literal, major, options }: RenderContext): string {
  let text = `CREATE DATABASE ${q(database.name)} WITH TEMPLATE = template0 ENCODING = ${literal(database.encoding)}`;
  if (major >= 15) text += ` LOCALE_PROVIDER = ${PROVIDERS[database.provider] ?? database.provider}`;
  if (database.collate === database.ctype) text += ` LOCALE = ${literal(database.collate)}`;
  else text += ` LC_COLLATE = ${literal(database.collate)} LC_CTYPE = ${literal(database.ctype)}`;
  if (database.locale !== null) text += ` ${database.provider === "b" ? "BUILTIN" : "ICU"}_LOCALE = ${literal(database.locale)}`;
  if (database.icuRules !== null) text += ` ICU_RULES = ${literal(database.icuRules)}`;
  if (database.tablespace !== "" && !options.noTablespaces) text += ` TABLESPACE = ${q(database.tablespace)}`;
  return `${text};\n`;
}

/** What CREATE DATABASE cannot say, and the settings of ALTER DATABASE and ALTER ROLE ... IN DATABASE; "" for nothing. */
function renderProperties(database: Database, { q }: RenderContext): string {
  const name = q(database.name);
  let text = "";
  if (database.connectionLimit !== -1) text += `ALTER DATABASE ${name} CONNECTION LIMIT = ${database.connectionLimit.toString()};\n`;
  if (database.isTemplate) text += `ALTER DATABASE ${name} IS_TEMPLATE = true;\n`;
  for (const { role, setting } of database.settings) {
    const statement = renderSetting(setting, { q, literal: quoteLiteralPortably });
    const subject = role === null ? `DATABASE ${name}` : `ROLE ${q(role)} IN DATABASE ${name}`;
    if (statement !== null) text += `ALTER ${subject} ${statement};\n`;
  }
  return text;
}

function propertiesPart(database: Database, context: RenderContext): Part[] {
  const create = renderProperties(database, context);
  if (create === "") return [];
  const drop = `UPDATE pg_catalog.pg_database SET datistemplate = false WHERE datname = ${context.literal(database.name)};\n`;
  return [
    {
      type: "entry",
      definition: {
        kind: "DATABASE PROPERTIES",
        tag: database.name,
        section: "pre-data",
        create,
        drop: database.isTemplate ? drop : "",
        catalogId: { classOid: 0, oid: 0 },
        dependencies: [],
      },
    },
  ];
}

export const database = objectKind<Database>({
  kind: "database",
  reads: [read, settingsRead, labelRead],
  select: (_, { selection }) => (selection.database ? ALL_COMPONENTS : NO_COMPONENTS),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    const target = `DATABASE ${name}`;
    return {
      definition: {
        kind: "DATABASE",
        tag: object.name,
        section: "pre-data",
        create: renderDatabase(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: [...standardParts(object, { target, acl: { objectType: "DATABASE", name } }), ...propertiesPart(object, context)],
    };
  },
});
