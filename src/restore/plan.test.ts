import { describe, expect, it } from "vitest";
import type { ArchiveMetadata, EntrySize } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { testEntry } from "../../test/support/entry.ts";
import { planRestore, type RestoreForm, type RestorePlan } from "./plan.ts";
import { selectEntries } from "./selection.ts";

const metadata: ArchiveMetadata = {
  database: "shop",
  serverVersion: "18.4",
  serverVersionNum: 180004,
  toolVersion: "0.1.0",
  encoding: "UTF8",
  standardConformingStrings: true,
  rowSecurity: false,
  startedAt: "2026-01-01T00:00:00.000Z",
  options: {},
};

const table = testEntry(1, {
  schema: "app",
  tag: "t",
  owner: "ann",
  create: "CREATE TABLE app.t (i integer);\n",
  drop: "DROP TABLE app.t;\n",
  tablespace: "",
});
const acl = testEntry(2, { kind: "ACL", schema: "app", tag: "TABLE t", section: "none", create: "GRANT ALL ON TABLE app.t TO bob;\n" });
const rows = testEntry(3, {
  kind: "TABLE DATA",
  schema: "app",
  tag: "t",
  section: "data",
  data: "rows",
  create: "",
  copy: "COPY app.t (i) FROM stdin;\n",
});
const index = testEntry(4, {
  kind: "INDEX",
  schema: "app",
  tag: "i",
  section: "post-data",
  create: "CREATE INDEX i ON app.t (i);\n",
  drop: "DROP INDEX app.i;\n",
});
const sizes = new Map<number, EntrySize>([[3, { rows: 2, rawBytes: 40, storedBytes: 30, chunks: 1 }]]);

function plan(
  entries: readonly Entry[],
  form: RestoreForm,
  options: { major?: number; encoding?: string; dataOnly?: boolean } = {},
): RestorePlan {
  const selected = selectEntries(entries, { dataOnly: options.dataOnly ?? false });
  return planRestore({ metadata: { ...metadata, encoding: options.encoding ?? "UTF8" }, sizes }, selected, form, options.major ?? 18);
}

const said = ({ steps }: RestorePlan) =>
  steps.map((step) => (step.type === "sql" ? step.sql.trim() : `${step.type} ${String(step.entry.dumpId)}`));

describe("planRestore", () => {
  it("makes tables, then rows, then indexes, then grants", () => {
    const result = plan([table, acl, rows, index], {});
    expect(said(result)).toEqual([
      "SET default_tablespace = '';",
      "CREATE TABLE app.t (i integer);",
      "ALTER TABLE app.t OWNER TO ann;",
      "rows 3",
      "CREATE INDEX i ON app.t (i);",
      "GRANT ALL ON TABLE app.t TO bob;",
    ]);
    expect(result).toMatchObject({ entriesTotal: 4, rawBytesTotal: 40, rowsEncoding: null });
  });

  it("drops in reverse order first, and only what it makes", () => {
    expect(said(plan([table, acl, rows, index], { clean: true, ifExists: true, noOwner: true })).slice(0, 3)).toEqual([
      "DROP INDEX IF EXISTS app.i;",
      "DROP TABLE IF EXISTS app.t;",
      "SET default_tablespace = '';",
    ]);
  });

  it("leaves a partition's key to go with the key that it hangs on", () => {
    const key = (dumpId: number, table: string, name: string) =>
      testEntry(dumpId, {
        kind: "CONSTRAINT",
        schema: "app",
        tag: `${table} ${name}`,
        section: "post-data",
        create: `ALTER TABLE ONLY app.${table} ADD CONSTRAINT ${name} PRIMARY KEY (i);\n`,
        drop: `ALTER TABLE ONLY app.${table} DROP CONSTRAINT ${name};\n`,
      });
    const attach = { kind: "INDEX ATTACH", schema: "app", section: "post-data", create: "ALTER INDEX ...;\n", drop: "" } as const;
    const entries = [key(5, "t", "t_key"), key(6, "t_1", "t_1_key"), key(7, "t_2", "t_2_key"), testEntry(8, { ...attach, tag: "t_1_key" })];
    const drops = said(plan(entries, { clean: true, noOwner: true })).filter((sql) => sql.includes("DROP"));
    expect(drops).toEqual(["ALTER TABLE ONLY app.t_2 DROP CONSTRAINT t_2_key;", "ALTER TABLE ONLY app.t DROP CONSTRAINT t_key;"]);
  });

  it("sets what the target knows", () => {
    expect(plan([table], {}, { major: 16 }).settings).not.toContain("SET transaction_timeout = 0;");
    expect(plan([table], {}, { major: 17 }).settings).toContain("SET transaction_timeout = 0;");
  });

  it("sends statements in UTF8 and rows in the archive's encoding", () => {
    const result = plan([table], {}, { encoding: "LATIN1" });
    expect(result.settings).toContain("SET client_encoding = 'UTF8';");
    expect(result.rowsEncoding).toBe("LATIN1");
  });

  it("disables triggers only when it makes no tables", () => {
    expect(said(plan([table, rows], { disableTriggers: true })).join()).not.toContain("TRIGGER");
    expect(said(plan([table, rows], { disableTriggers: true }, { dataOnly: true }))).toEqual([
      "SET SESSION AUTHORIZATION DEFAULT;",
      "ALTER TABLE app.t DISABLE TRIGGER ALL;",
      "rows 3",
      "ALTER TABLE app.t ENABLE TRIGGER ALL;",
    ]);
  });

  it("turns row security on when asked to", () => {
    expect(plan([table], { enableRowSecurity: true }).settings).toContain("SET row_security = on;");
    expect(plan([table], {}).settings).toContain("SET row_security = off;");
  });
});
