import { describe, expect, it } from "vitest";
import type { ArchiveReader, EntryData } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { testEntry } from "../../test/support/entry.ts";
import type { RestorePlan } from "./plan.ts";
import { runPlan } from "./run.ts";
import type { RestoreTarget } from "./target.ts";

const table = testEntry(1, { schema: "app", tag: "t", create: "CREATE TABLE app.t ();" });
const rows = testEntry(2, { kind: "TABLE DATA", schema: "app", tag: "t", section: "data", data: "rows", copy: "COPY app.t FROM stdin;\n" });
const blobs = testEntry(3, { kind: "BLOBS", tag: "7", section: "data", data: "large-objects" });

const plan: RestorePlan = {
  settings: ["SET a = 1;"],
  steps: [
    { type: "sql", entry: table, part: "definition", sql: table.create },
    { type: "rows", entry: rows, copy: rows.copy },
    { type: "large-objects", entry: blobs },
  ],
  rowsEncoding: null,
  entriesTotal: 3,
  rawBytesTotal: 11,
};

const archive: Pick<ArchiveReader, "metadata" | "sizes" | "data"> = {
  metadata: {} as ArchiveReader["metadata"],
  sizes: new Map([[2, { rows: 3, rawBytes: 6, storedBytes: 6, chunks: 2 }]]),
  data: (entry): EntryData => (entry.data === "rows" ? { type: "rows", batches: batches() } : { type: "large-objects", pieces: pieces() }),
};

async function* batches() {
  yield { bytes: Buffer.from("1\n2\n"), rows: 2 };
  await Promise.resolve();
  yield { bytes: Buffer.from("3\n"), rows: 1 };
}

async function* pieces() {
  yield { oid: 7, bytes: Buffer.from("ab"), first: true, last: false };
  await Promise.resolve();
  yield { oid: 7, bytes: Buffer.from("cde"), first: false, last: true };
  yield { oid: 8, bytes: new Uint8Array(), first: true, last: true };
}

/** Remembers what it was told; `fail` may refuse a statement, `rowsTaken` what COPY reports. */
function fakeTarget(
  options: { fail?: (sql: string) => PgstowError | undefined; rowsTaken?: number } = {},
): RestoreTarget & { said: string[] } {
  const said: string[] = [];
  const hear = (sql: string) => {
    said.push(sql.trim());
    const error = options.fail?.(sql);
    if (error) throw error;
  };
  return {
    said,
    major: 18,
    query: async (sql) => {
      await Promise.resolve();
      hear(sql);
      return [];
    },
    runParts: async (parts) => {
      await Promise.resolve();
      for (const [index, part] of parts.entries()) {
        try {
          hear(part);
        } catch (error) {
          return { index, error };
        }
      }
      return undefined;
    },
    copyIn: async (sql, chunks) => {
      hear(sql);
      let text = "";
      for await (const chunk of chunks) text += Buffer.from(chunk).toString();
      said.push(text.trim().replaceAll("\n", "|"));
      return options.rowsTaken ?? 3;
    },
    close: () => Promise.resolve(),
  };
}

describe("runPlan", () => {
  it("does everything between BEGIN and COMMIT", async () => {
    const target = fakeTarget();
    const progress: Progress[] = [];
    const totals = await runPlan(target, archive, plan, { onProgress: (step) => progress.push(step) });
    expect(totals).toEqual({ rows: 3, rawBytes: 11 });
    expect(target.said).toEqual([
      "BEGIN;\nSET a = 1;",
      "CREATE TABLE app.t ();",
      "COPY app.t FROM stdin;",
      "1|2|3",
      "SELECT pg_catalog.lo_put(7, 0, pg_catalog.decode('6162', 'hex'));\nSELECT pg_catalog.lo_put(7, 2, pg_catalog.decode('636465', 'hex'));",
      "COMMIT;",
    ]);
    expect(progress.at(-1)).toMatchObject({ phase: "restore", rows: 3, rawBytes: 11, rawBytesTotal: 11, entriesDone: 2, entriesTotal: 3 });
  });

  it("names the entry of a statement that the server refuses, and does not commit", async () => {
    const refusal = new PgstowError("server", 'relation "t" already exists', { context: { sqlstate: "42P07" } });
    const target = fakeTarget({ fail: (sql) => (sql.startsWith("CREATE") ? refusal : undefined) });
    await expect(runPlan(target, archive, plan)).rejects.toMatchObject({
      code: "server",
      message: 'TABLE app.t: relation "t" already exists; nothing was changed',
      hint: "Restore into an empty database, or drop what is there with --clean --if-exists.",
      context: { sqlstate: "42P07", entry: "TABLE app.t" },
    });
    expect(target.said).not.toContain("COMMIT;");
  });

  it("names table and row of a row that the server refuses", async () => {
    const refusal = new PgstowError("server", "invalid input syntax", {
      context: { sqlstate: "22P02", where: "COPY t, line 2, column i", row: 2 },
    });
    const target = fakeTarget({ fail: (sql) => (sql.startsWith("COPY") ? refusal : undefined) });
    await expect(runPlan(target, archive, plan)).rejects.toMatchObject({
      message: "TABLE DATA app.t row 2: invalid input syntax; nothing was changed",
      context: { table: "app.t", row: 2, entry: "TABLE DATA app.t" },
    });
  });

  it("does not commit when the server took fewer rows than the archive has", async () => {
    const target = fakeTarget({ rowsTaken: 2 });
    await expect(runPlan(target, archive, plan)).rejects.toMatchObject({
      message: "TABLE DATA app.t: the server took 2 rows of 3; nothing was changed",
    });
    expect(target.said).not.toContain("COMMIT;");
  });

  it("does not claim that nothing was changed when the connection is lost while committing", async () => {
    const target = fakeTarget({ fail: (sql) => (sql === "COMMIT;" ? new PgstowError("connection-lost", "gone") : undefined) });
    await expect(runPlan(target, archive, plan)).rejects.toMatchObject({
      code: "connection-lost",
      message: "gone; the connection was lost while committing, so the target may be restored or unchanged",
    });
  });

  it("stops before the next statement when it is aborted", async () => {
    const controller = new AbortController();
    const target = fakeTarget({
      fail: (sql) => {
        if (sql.startsWith("CREATE")) controller.abort();
        return undefined;
      },
    });
    await expect(runPlan(target, archive, plan, { signal: controller.signal })).rejects.toMatchObject({ code: "aborted" });
    expect(target.said.at(-1)).toBe("CREATE TABLE app.t ();");
  });

  it("says in which encoding the rows are, in a statement that is in UTF8", async () => {
    const target = fakeTarget();
    await runPlan(target, archive, { ...plan, rowsEncoding: "LATIN1" });
    expect(target.said.slice(2, 4)).toEqual(["COPY app.t FROM stdin WITH (ENCODING 'LATIN1');", "1|2|3"]);
  });
});
