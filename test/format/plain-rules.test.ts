import { describe, expect, test } from "vitest";

import type { ArchiveMetadata, ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { entryOf } from "./material.ts";
import { opening, printed, server, table } from "./printing.ts";
import { largeObjectEntries, plainText, smallContent } from "./small-archive.ts";

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
