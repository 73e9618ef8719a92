import { describe, expect, test } from "vitest";

import type { ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { EntryStatements } from "../../src/archive/plain/entry-statements.ts";
import { ScriptPrinter } from "../../src/archive/plain/script-printer.ts";
import { entryOf, metadataOf, scriptOf } from "./material.ts";
import { opening, printed, table } from "./printing.ts";
import { largeObjectContent, largeObjectEntries, plainText, smallContent } from "./small-archive.ts";

describe("--use-set-session-authorization", () => {
  test("switches when the owner changes, first always, and anew after each grant", () => {
    const acl = entryOf({ kind: "ACL", tag: "TABLE t", create: "GRANT;\n" });
    const none = entryOf({ kind: "EXTENSION", owner: "", create: "CREATE EXTENSION;\n" });
    const lines = printed([table, { ...table, tag: "u" }, none, acl, acl], { useSetSessionAuthorization: true })
      .split("\n")
      .filter((line) => /^(SET|-- Name|ALTER)/.test(line));
    expect(lines).toEqual([
      "SET SESSION AUTHORIZATION 'ann';",
      "SET default_tablespace = '';",
      "SET default_table_access_method = heap;",
      "-- Name: t; Type: TABLE; Schema: public; Owner: ann",
      "-- Name: u; Type: TABLE; Schema: public; Owner: ann",
      "SET SESSION AUTHORIZATION DEFAULT;",
      "-- Name: t; Type: EXTENSION; Schema: public; Owner: -",
      "SET SESSION AUTHORIZATION 'ann';",
      "-- Name: TABLE t; Type: ACL; Schema: public; Owner: ann",
      "SET SESSION AUTHORIZATION 'ann';",
      "-- Name: TABLE t; Type: ACL; Schema: public; Owner: ann",
    ]);
  });

  test("is ignored without owners", () => {
    expect(printed([table], { useSetSessionAuthorization: true, noOwner: true })).not.toContain("SESSION AUTHORIZATION");
  });
});

describe("--clean", () => {
  const drops = (entries: readonly Entry[], script: Partial<ScriptOptions> = {}): string =>
    opening(entries, { clean: true, ...script }).split("SET row_security = off;\n\n")[1] ?? "";

  test("drops in reverse order, without a blank line after the last", () => {
    const view = entryOf({ kind: "VIEW", tag: "v", drop: "DROP VIEW public.v;\n" });
    expect(drops([table, view, entryOf({ kind: "ACL" })])).toBe("DROP VIEW public.v;\nDROP TABLE public.t;\n");
  });

  test.each([
    ["TABLE", "DROP TABLE public.t;", "DROP TABLE IF EXISTS public.t;"],
    [
      "CONSTRAINT",
      "ALTER TABLE ONLY app.t1 DROP CONSTRAINT t1_pkey;",
      "ALTER TABLE IF EXISTS ONLY app.t1 DROP CONSTRAINT IF EXISTS t1_pkey;",
    ],
    ["FK CONSTRAINT", "ALTER TABLE ONLY a.b DROP CONSTRAINT c;", "ALTER TABLE IF EXISTS ONLY a.b DROP CONSTRAINT IF EXISTS c;"],
    ["CHECK CONSTRAINT", "ALTER FOREIGN TABLE x.f1 DROP CONSTRAINT fnv;", "ALTER FOREIGN TABLE x.f1 DROP CONSTRAINT IF EXISTS fnv;"],
    ["CHECK CONSTRAINT", "ALTER DOMAIN a.d DROP CONSTRAINT c;", "ALTER DOMAIN a.d DROP CONSTRAINT IF EXISTS c;"],
    ["DEFAULT", "ALTER TABLE app.child ALTER COLUMN b DROP DEFAULT;", "ALTER TABLE IF EXISTS app.child ALTER COLUMN b DROP DEFAULT;"],
    ["DEFAULT", "ALTER FOREIGN TABLE a.b ALTER COLUMN b DROP DEFAULT;", "ALTER FOREIGN TABLE a.b ALTER COLUMN b DROP DEFAULT;"],
    ["VIEW", "CREATE OR REPLACE VIEW public.v AS\nSELECT 1 AS a;", "CREATE OR REPLACE VIEW public.v AS\nSELECT 1 AS a;"],
    ["USER MAPPING", "DROP USER MAPPING FOR f_ann SERVER s1;", "DROP USER MAPPING IF EXISTS FOR f_ann SERVER s1;"],
    ["POLICY", "DROP POLICY p ON public.t;", "DROP POLICY IF EXISTS p ON public.t;"],
    ["CAST", "DROP CAST (a AS b);", "DROP CAST IF EXISTS (a AS b);"],
    ["TRIGGER", 'DROP TRIGGER "$&" ON public.t;', 'DROP TRIGGER IF EXISTS "$&" ON public.t;'],
    [
      "BLOB",
      "SELECT pg_catalog.lo_unlink('60001');",
      "SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '60001';",
    ],
  ])("%s: %s", (kind, drop, expected) => {
    const entry = entryOf({ kind, drop: `${drop}\n` });
    expect(drops([entry])).toBe(`${drop}\n`);
    expect(drops([entry], { ifExists: true })).toBe(`${expected}\n`);
  });

  test("a group of large objects has a blank line after it", () => {
    expect(drops(largeObjectEntries)).toBe("SELECT pg_catalog.lo_unlink('5001');\nSELECT pg_catalog.lo_unlink('5002');\n\n");
  });

  const database = entryOf({
    kind: "DATABASE",
    tag: "of_s",
    schema: null,
    create: "CREATE DATABASE of_s;\n",
    drop: "DROP DATABASE of_s;\n",
  });

  test("without --create the database is not dropped", () => {
    expect(drops([database, table])).toBe("DROP TABLE public.t;\n");
  });

  test("with --create only the database is dropped", () => {
    const properties = entryOf({ kind: "DATABASE PROPERTIES", tag: "of_s", schema: null, drop: "UPDATE pg_catalog.pg_database;\n" });
    expect(drops([database, properties, table], { create: true, ifExists: true })).toBe(
      "UPDATE pg_catalog.pg_database;\nDROP DATABASE IF EXISTS of_s;\n",
    );
  });
});

describe("--create", () => {
  const database = entryOf({
    kind: "DATABASE",
    tag: "of_s",
    schema: null,
    create: "CREATE DATABASE of_s;\n",
    drop: "DROP DATABASE of_s;\n",
  });

  test("without it nothing of the database itself is printed, though an archive has it", () => {
    const about = (kind: string) => entryOf({ kind, tag: "DATABASE of_s", schema: null, create: "GRANT;\n" });
    const properties = entryOf({ kind: "DATABASE PROPERTIES", tag: "of_s", schema: null, create: "ALTER DATABASE of_s;\n" });
    const entries = [database, properties, about("COMMENT"), about("SECURITY LABEL"), about("ACL")];
    expect(printed(entries)).toBe("");
    expect(printed(entries, { create: true }).match(/^(CREATE|ALTER) DATABASE|^GRANT/gm)).toHaveLength(6);
  });

  test("reconnects, repeats the settings, and forgets the state", () => {
    const text = printed([{ ...table, tag: "before" }, database, table], { create: true });
    expect(text).toContain(
      "ALTER DATABASE of_s OWNER TO ann;\n\n\\unrestrict KEY\n\\connect of_s\n\\restrict KEY\n\nSET statement_timeout = 0;\n",
    );
    expect(text.slice(text.indexOf("\\connect"))).toContain("SET row_security = off;\n\nSET default_tablespace = '';\n\nSET default_table");
  });

  test("without restrict lines", () => {
    expect(printed([database], { create: true, restrictKey: null })).toContain("OWNER TO ann;\n\n\\connect of_s\n\nSET statement");
  });

  test("names that psql could misread go in as a connection string", () => {
    const text = (tag: string): string => printed([{ ...database, tag }], { create: true });
    expect(text("of I-5")).toContain(
      "\\unrestrict KEY\n\\encoding SQL_ASCII\n\\connect -reuse-previous=on \"dbname='of I-5'\"\n\\restrict KEY\n\n",
    );
    expect(text("Up")).toContain('\\connect "Up"\n');
    expect(text(`a'b\\c"d`)).toContain(`"dbname='a\\'b\\\\c""d'"`);
    expect(() => text("a\nb")).toThrow(/line break/);
  });
});

describe("data", () => {
  test("rows, an empty table, grants after all of it, event triggers last", async () => {
    const text = await plainText(smallContent);
    expect(text).toContain(`--
-- Data for Name: t; Type: TABLE DATA; Schema: public; Owner: ann
--

COPY public.t (a, b) FROM stdin;
1\tone
2\t\\N
3\tgröße 🐘
4\t\\\\.
\\.


--
-- Data for Name: nothing; Type: TABLE DATA; Schema: public; Owner: ann
--

COPY public.nothing  FROM stdin;
\\.


SET default_tablespace = fast;
`);
    const order = [...text.matchAll(/Type: ([A-Z ]+);/g)].map((match) => match[1]);
    expect(order).toEqual(["SCHEMA", "TABLE", "COMMENT", "TABLE", "TABLE DATA", "TABLE DATA", "INDEX", "ACL", "EVENT TRIGGER"]);
  });

  test("--disable-triggers, with the session line once", async () => {
    const text = await plainText({ ...smallContent, script: { disableTriggers: true } });
    expect(text).toContain(`Owner: ann
--

SET SESSION AUTHORIZATION DEFAULT;

ALTER TABLE public.t DISABLE TRIGGER ALL;

COPY public.t (a, b) FROM stdin;
`);
    expect(text).toContain("\\.\n\n\nALTER TABLE public.t ENABLE TRIGGER ALL;\n\n--\n");
    expect(text.match(/SESSION AUTHORIZATION/g)).toHaveLength(1);
    expect(await plainText({ ...smallContent, script: { disableTriggers: true, superuser: "su'per" } })).toContain(
      "SET SESSION AUTHORIZATION 'su''per';",
    );
  });

  test("the note of rows that go to a partition's root", () => {
    const entry = entryOf({ kind: "TABLE DATA", tag: "p1", create: "-- load via partition root public.p", data: "rows" });
    const printer = new ScriptPrinter(metadataOf(), scriptOf(), [entry]);
    expect(printer.dataHead(entry)).toMatch(/Owner: ann\n--\n\n-- load via partition root public\.p\n\n$/);
  });

  test("large objects, in lines of 16384 bytes", async () => {
    const text = await plainText(largeObjectContent);
    const start = text.indexOf("BEGIN;");
    const shortened = text.slice(start, text.indexOf("--", start)).replace(/'\\x([0-9a-f]*)'/g, (_, hex: string) => `<${hex.length / 2}>`);
    expect(shortened).toBe(`BEGIN;

SELECT pg_catalog.lo_open('5001', 131072);
SELECT pg_catalog.lowrite(0, <16384>);
SELECT pg_catalog.lowrite(0, <16384>);
SELECT pg_catalog.lowrite(0, <7232>);
SELECT pg_catalog.lo_close(0);

SELECT pg_catalog.lo_open('5002', 131072);
SELECT pg_catalog.lo_close(0);

COMMIT;

`);
  });

  test("bytes under strings that do not conform", async () => {
    const text = await plainText({ ...largeObjectContent, metadata: { standardConformingStrings: false } });
    expect(text).toContain("lowrite(0, '\\\\x0007");
  });
});

describe("statements for a session", () => {
  const statementsOf = (script: Partial<ScriptOptions> = {}): EntryStatements => new EntryStatements(metadataOf(), scriptOf(script));
  const sql = (list: ReturnType<EntryStatements["of"]>): string[] => list.map((statement) => statement.sql);

  test("are those of the script, without comments", () => {
    const statements = statementsOf();
    expect(sql(statements.of(table))).toEqual([
      "SET default_tablespace = '';",
      "SET default_table_access_method = heap;",
      table.create,
      "ALTER TABLE public.t OWNER TO ann;",
    ]);
    expect(sql(statements.of({ ...table, tag: "u" }))).toEqual([table.create, "ALTER TABLE public.u OWNER TO ann;"]);
    expect(sql(statements.of(entryOf({ kind: "TABLE DATA", create: "-- load via partition root public.p", data: "rows" })))).toEqual([]);
  });

  test("settings follow the target's version, not the source's", () => {
    expect(statementsOf().settings(16)).not.toContain("SET transaction_timeout = 0;");
    expect(statementsOf().settings(17)).toContain("SET transaction_timeout = 0;");
  });

  test("drops leave out what is only spoken of", () => {
    const schema = entryOf({ kind: "SCHEMA", tag: "public", drop: "-- *not* dropping schema\n" });
    expect(sql(statementsOf({ clean: true, ifExists: true }).drops([schema, table]))).toEqual(["DROP TABLE IF EXISTS public.t;"]);
  });

  test("triggers around rows", () => {
    const statements = statementsOf({ disableTriggers: true });
    const entry = entryOf({ kind: "TABLE DATA", data: "rows" });
    expect(sql(statements.beforeRows(entry))).toEqual(["SET SESSION AUTHORIZATION DEFAULT;", "ALTER TABLE public.t DISABLE TRIGGER ALL;"]);
    expect(sql(statements.afterRows(entry))).toEqual(["ALTER TABLE public.t ENABLE TRIGGER ALL;"]);
    expect(statementsOf().beforeRows(entry)).toEqual([]);
  });
});
