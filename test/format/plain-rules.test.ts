import { describe, expect, test } from "vitest";

import type { ArchiveMetadata, ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { EntryStatements } from "../../src/archive/plain/entry-statements.ts";
import { ScriptPrinter } from "../../src/archive/plain/script-printer.ts";
import { entryOf, metadataOf, scriptOf } from "./material.ts";
import { largeObjectContent, largeObjectEntries, plainText, smallContent } from "./small-archive.ts";

const server = (major: number): Partial<ArchiveMetadata> => ({ serverVersionNum: major * 10000, serverVersion: `${major}.1` });

function printed(entries: readonly Entry[], script: Partial<ScriptOptions> = {}, metadata: Partial<ArchiveMetadata> = {}): string {
  const printer = new ScriptPrinter(metadataOf(metadata), scriptOf(script), entries);
  return entries.map((entry) => printer.entry(entry)).join("");
}

function opening(entries: readonly Entry[], script: Partial<ScriptOptions>, metadata: Partial<ArchiveMetadata> = {}): string {
  return new ScriptPrinter(metadataOf(metadata), scriptOf(script), entries).begin();
}

const table = entryOf({
  kind: "TABLE",
  create: "CREATE TABLE public.t (\n    a integer\n);\n",
  drop: "DROP TABLE public.t;\n",
  tablespace: "",
  tableAccessMethod: "heap",
  relkind: "r",
});

describe("frame", () => {
  test("an empty script, of a server that has transaction_timeout", async () => {
    expect(await plainText({ entries: [], data: smallContent.data, script: { restrictKey: "K1" } })).toBe(
      `--
-- PostgreSQL database dump
--

\\restrict K1

-- Dumped from database version 18.4
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET transaction_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

--
-- PostgreSQL database dump complete
--

\\unrestrict K1

`,
    );
  });

  test("older server, no restrict lines, strings that do not conform, row security on", async () => {
    const metadata = { ...server(16), encoding: "LATIN1", standardConformingStrings: false, rowSecurity: true };
    expect(await plainText({ entries: [], data: smallContent.data, script: { restrictKey: null }, metadata })).toBe(
      `--
-- PostgreSQL database dump
--

-- Dumped from database version 16.1
-- Dumped by pg_dump version 18.6

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'LATIN1';
SET standard_conforming_strings = off;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET escape_string_warning = off;
SET row_security = on;

--
-- PostgreSQL database dump complete
--

`,
    );
  });

  test("verbose: times, entry numbers, the dependencies that an entry names itself", async () => {
    const entries = [
      { ...table, dumpId: 220, dependencies: [5], catalogId: { classOid: 1259, oid: 16384 } },
      entryOf({ dumpId: 3438, kind: "COMMENT", tag: "TABLE t", create: "COMMENT ON TABLE public.t IS 'x';\n", dependencies: [220, 221] }),
    ];
    const text = await plainText({ entries, data: smallContent.data, script: { verbose: true } });
    expect(text).toMatch(/^-- Dumped by pg_dump version 18\.6\n\n-- Started on 2026-11-22 \d\d:\d\d:\d\d \S+\n\nSET statement_timeout/m);
    expect(text).toMatch(/\n\n-- Completed on \d{4}-\d\d-\d\d \d\d:\d\d:\d\d \S+\n\n--\n-- PostgreSQL database dump complete\n/);
    expect(text).toContain("--\n-- TOC entry 220 (class 1259 OID 16384)\n-- Name: t; Type: TABLE; Schema: public; Owner: ann\n--\n\n");
    expect(text).toContain("--\n-- TOC entry 3438 (class 0 OID 0)\n-- Dependencies: 220 221\n-- Name: TABLE t; Type: COMMENT;");
  });
});

describe("one entry", () => {
  test("settings, header, definition, owner", () => {
    expect(printed([table])).toBe(`SET default_tablespace = '';

SET default_table_access_method = heap;

--
-- Name: t; Type: TABLE; Schema: public; Owner: ann
--

CREATE TABLE public.t (
    a integer
);


ALTER TABLE public.t OWNER TO ann;

`);
  });

  test("no owner", () => {
    const text = printed([table], { noOwner: true });
    expect(text).toContain("Owner: -\n");
    expect(text).not.toContain("ALTER TABLE");
  });

  test("line breaks in names cannot end the comment", () => {
    const text = printed([entryOf({ kind: "TABLE", tag: "nl\nname", schema: "a\r\nb", owner: "o\nDROP", create: "x\n", drop: "x\n" })]);
    expect(text.split("\n")[1]).toBe("-- Name: nl name; Type: TABLE; Schema: a  b; Owner: o DROP");
    expect(text).toContain('ALTER TABLE "a\r\nb"."nl\nname" OWNER TO "o\nDROP";');
  });

  test("kinds without owner say -, but comments on them say nothing", () => {
    const extension = entryOf({
      kind: "EXTENSION",
      tag: "hstore",
      schema: null,
      owner: "",
      create: "CREATE EXTENSION;\n",
      drop: "DROP EXTENSION hstore;\n",
    });
    const comment = entryOf({ kind: "COMMENT", tag: "EXTENSION hstore", schema: null, owner: "", create: "COMMENT;\n" });
    expect(printed([extension])).toBe("--\n-- Name: hstore; Type: EXTENSION; Schema: -; Owner: -\n--\n\nCREATE EXTENSION;\n\n\n");
    expect(printed([comment])).toContain("-- Name: EXTENSION hstore; Type: COMMENT; Schema: -; Owner: \n");
    expect(printed([comment], { noOwner: true })).toContain("Schema: -; Owner: -\n");
  });

  test("a definition without a line feed of its own has one blank line after it", () => {
    const text = printed([entryOf({ kind: "ROW SECURITY", create: "ALTER TABLE public.t ENABLE ROW LEVEL SECURITY;" })]);
    expect(text).toMatch(/ENABLE ROW LEVEL SECURITY;\n\n$/);
  });

  test("schema public is only spoken of", () => {
    const entry = entryOf({
      kind: "SCHEMA",
      tag: "public",
      schema: null,
      owner: "own",
      create: "-- *not* creating schema, since initdb creates it\n",
      drop: "-- *not* dropping schema, since initdb creates it\n",
    });
    const definition = "-- *not* creating schema, since initdb creates it\n\n\nALTER SCHEMA public OWNER TO own;\n\n";
    expect(printed([entry])).toContain(definition);
    expect(printed([entry], { useSetSessionAuthorization: true })).toContain(definition);
    expect(opening([entry], { clean: true, ifExists: true })).toMatch(
      /row_security = off;\n\n-- \*not\* dropping schema, since initdb creates it\n$/,
    );
  });
});

describe("owner statements", () => {
  const owner = (facts: Partial<Entry> & Pick<Entry, "kind">, major = 18): string => {
    const text = printed([entryOf({ tag: "Odd n", schema: "s", create: "X\n", drop: "DROP x;\n", ...facts })], {}, server(major));
    return text.slice(text.indexOf("X\n\n\n") + 4);
  };

  test.each([
    ["TYPE", 'ALTER TYPE s."Odd n" OWNER TO ann;\n\n'],
    ["FOREIGN TABLE", 'ALTER FOREIGN TABLE s."Odd n" OWNER TO ann;\n\n'],
    ["STATISTICS", 'ALTER STATISTICS s."Odd n" OWNER TO ann;\n\n'],
    ["TEXT SEARCH CONFIGURATION", 'ALTER TEXT SEARCH CONFIGURATION s."Odd n" OWNER TO ann;\n\n'],
    ["VIEW", 'ALTER VIEW s."Odd n" OWNER TO ann;\n\n'],
    ["INDEX", ""],
    ["CONSTRAINT", ""],
    ["POLICY", ""],
    ["USER MAPPING", ""],
    ["EXTENSION", ""],
  ])("%s", (kind, expected) => {
    expect(owner({ kind })).toBe(expected);
  });

  test.each(["VIEW", "MATERIALIZED VIEW", "SEQUENCE"])("%s is said as a table until 15", (kind) => {
    expect(owner({ kind }, 15)).toBe('ALTER TABLE s."Odd n" OWNER TO ann;\n\n');
    expect(owner({ kind }, 16)).toBe(`ALTER ${kind} s."Odd n" OWNER TO ann;\n\n`);
  });

  test("what has no drop text gets none, as an identity sequence", () => {
    expect(owner({ kind: "SEQUENCE", drop: "" })).toBe("");
  });

  test("things with a signature take it from their drop text", () => {
    expect(owner({ kind: "FUNCTION", drop: "DROP FUNCTION s.f(a integer, OUT b text);\n" })).toBe(
      "ALTER FUNCTION s.f(a integer, OUT b text) OWNER TO ann;\n\n",
    );
    expect(owner({ kind: "OPERATOR", drop: "DROP OPERATOR s.+ (NONE, integer);\n" })).toBe(
      "ALTER OPERATOR s.+ (NONE, integer) OWNER TO ann;\n\n",
    );
    expect(owner({ kind: "OPERATOR CLASS", drop: "DROP OPERATOR CLASS s.n USING btree;\n" })).toBe(
      "ALTER OPERATOR CLASS s.n USING btree OWNER TO ann;\n\n",
    );
  });

  test("large objects: one line, or one for each of a group", () => {
    expect(owner({ kind: "BLOB", tag: "60001", schema: null }, 16)).toBe("ALTER LARGE OBJECT 60001 OWNER TO ann;\n\n");
    expect(printed(largeObjectEntries.slice(0, 1))).toBe(`--
-- Name: 5001..5002; Type: BLOB METADATA; Schema: -; Owner: ann
--

SELECT pg_catalog.lo_create('5001');
SELECT pg_catalog.lo_create('5002');

ALTER LARGE OBJECT 5001 OWNER TO ann;
ALTER LARGE OBJECT 5002 OWNER TO ann;

`);
  });
});

describe("tablespace and access method", () => {
  const settings = (entries: readonly Entry[], script: Partial<ScriptOptions> = {}, metadata: Partial<ArchiveMetadata> = {}): string[] =>
    printed(entries, script, metadata)
      .split("\n")
      .filter((line) => /^(SET |-- Name|ALTER TABLE .* SET ACCESS)/.test(line));
  const partitioned = { ...table, tag: "p", relkind: "p", tableAccessMethod: null };
  const index = entryOf({ kind: "INDEX", tag: "i", tablespace: "", create: "CREATE INDEX;\n" });

  test("a line only when the value changes, and none where it does not matter", () => {
    const view = entryOf({ kind: "VIEW", tag: "v", create: "CREATE VIEW;\n" });
    const elsewhere = { ...index, tag: "j", tablespace: "of ts" };
    expect(settings([partitioned, table, view, index, elsewhere, { ...table, tag: "t2", tableAccessMethod: "columnar" }])).toEqual([
      "SET default_tablespace = '';",
      "-- Name: p; Type: TABLE; Schema: public; Owner: ann",
      "SET default_table_access_method = heap;",
      "-- Name: t; Type: TABLE; Schema: public; Owner: ann",
      "-- Name: v; Type: VIEW; Schema: public; Owner: ann",
      "-- Name: i; Type: INDEX; Schema: public; Owner: ann",
      'SET default_tablespace = "of ts";',
      "-- Name: j; Type: INDEX; Schema: public; Owner: ann; Tablespace: of ts",
      "SET default_tablespace = '';",
      "SET default_table_access_method = columnar;",
      "-- Name: t2; Type: TABLE; Schema: public; Owner: ann",
    ]);
  });

  test("--no-tablespaces and --no-table-access-method", () => {
    const there = { ...table, tablespace: "ts" };
    expect(settings([there], { noTablespaces: true })).toEqual([
      "SET default_table_access_method = heap;",
      "-- Name: t; Type: TABLE; Schema: public; Owner: ann",
    ]);
    expect(settings([there, { ...partitioned, tableAccessMethod: "heap2" }], { noTableAccessMethod: true })).toEqual([
      "SET default_tablespace = ts;",
      "-- Name: t; Type: TABLE; Schema: public; Owner: ann; Tablespace: ts",
      "SET default_tablespace = '';",
      "-- Name: p; Type: TABLE; Schema: public; Owner: ann",
    ]);
  });

  test("a partitioned table's access method comes after its owner, since 17", () => {
    const withMethod = { ...partitioned, tableAccessMethod: "heap2" };
    expect(printed([withMethod])).toMatch(/ALTER TABLE public\.p OWNER TO ann;\n\nALTER TABLE public\.p SET ACCESS METHOD heap2;\n\n$/);
    expect(printed([withMethod], {}, server(16))).not.toContain("ACCESS METHOD");
  });
});

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
