import { beforeEach, describe, expect, it } from "vitest";
import type { ArchiveReader, EntryData } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { Progress } from "../core/progress.ts";
import { testEntry } from "../../test/support/entry.ts";
import type { RestoreFailure } from "./behaviour.ts";
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
  standardConformingStrings: true,
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

interface FakeOptions {
  /** May refuse a statement. */
  readonly fail?: (sql: string) => PgstowError | undefined;
  /** What COPY reports. */
  readonly rowsTaken?: number;
}

/** Remembers what it was told. After a refused statement in a transaction it refuses all others, as a server does. */
function fakeTarget(options: FakeOptions = {}): RestoreTarget & { said: string[] } {
  const said: string[] = [];
  let state: "none" | "open" | "failed" = "none";
  const hear = async (sql: string) => {
    said.push(sql.trim());
    if (sql.startsWith("BEGIN")) state = "open";
    const error = state === "failed" ? new PgstowError("server", "current transaction is aborted") : options.fail?.(sql);
    if (error !== undefined && state === "open") state = "failed";
    await Promise.resolve();
    if (error !== undefined) throw error;
  };
  return {
    said,
    major: 18,
    query: async (sql) => {
      await hear(sql);
      return [];
    },
    send: (sql) => hear(Buffer.from(sql as string).toString()),
    sendCopy: async (sql, chunks) => {
      const answer = hear(sql);
      const taken = answer.then(() => options.rowsTaken ?? 3);
      taken.catch(() => undefined);
      let text = "";
      for await (const chunk of chunks) text += Buffer.from(chunk).toString();
      said.push(text.trim().replaceAll("\n", "|"));
      return { taken };
    },
    room: () => Promise.resolve(),
    close: () => Promise.resolve(),
  };
}

const refusal = new PgstowError("server", 'relation "t" already exists', { context: { sqlstate: "42P07" } });
const refuses = (start: string, error = refusal) => ({ fail: (sql: string) => (sql.startsWith(start) ? error : undefined) });

const badRow = new PgstowError("server", "invalid input syntax", {
  context: { sqlstate: "22P02", where: "COPY t, line 2, column i", row: 2 },
});

describe("runPlan", () => {
  it("does everything between BEGIN and COMMIT", async () => {
    const target = fakeTarget();
    const progress: Progress[] = [];
    const totals = await runPlan(target, archive, plan, { onProgress: (step) => progress.push(step) });
    expect(totals).toMatchObject({ rows: 3, rawBytes: 11, errors: 0 });
    expect(target.said).toEqual([
      "BEGIN ISOLATION LEVEL READ COMMITTED;\nSET a = 1;",
      "CREATE TABLE app.t ();",
      "COPY app.t FROM stdin WITH (FREEZE);",
      "1|2|3",
      "SELECT pg_catalog.lo_put(7, 0, pg_catalog.decode('6162', 'hex'));\nSELECT pg_catalog.lo_put(7, 2, pg_catalog.decode('636465', 'hex'));",
      "COMMIT;",
    ]);
    expect(progress.at(-1)).toMatchObject({ phase: "restore", rows: 3, rawBytes: 11, rawBytesTotal: 11, entriesDone: 2, entriesTotal: 3 });
  });

  it("names the entry of a statement that the server refuses, and does not commit", async () => {
    const target = fakeTarget(refuses("CREATE"));
    await expect(runPlan(target, archive, plan)).rejects.toMatchObject({
      code: "server",
      message: 'TABLE app.t: relation "t" already exists; nothing was changed',
      hint: "Restore into an empty database, or drop what is there with --clean --if-exists.",
      context: { sqlstate: "42P07", entry: "TABLE app.t" },
    });
    expect(target.said).not.toContain("COMMIT;");
  });

  it("names table and row of a row that the server refuses", async () => {
    const target = fakeTarget(refuses("COPY", badRow));
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
    expect(target.said.slice(2, 4)).toEqual(["COPY app.t FROM stdin WITH (FREEZE, ENCODING 'LATIN1');", "1|2|3"]);
  });

  it("freezes no rows of tables that stood there before", async () => {
    const target = fakeTarget();
    await runPlan(target, archive, { ...plan, steps: plan.steps.slice(1) });
    expect(target.said).toContain("COPY app.t FROM stdin;");
  });

  describe("without a transaction", () => {
    const failures: RestoreFailure[] = [];
    const behaviour = { transaction: "none", onFailure: (failure: RestoreFailure) => failures.push(failure) } as const;
    beforeEach(() => {
      failures.length = 0;
    });

    it("goes on after errors, and tells of each with its statement", async () => {
      const target = fakeTarget({ fail: (sql) => (/^(CREATE|COPY)/.test(sql) ? refusal : undefined) });
      const totals = await runPlan(target, archive, plan, { ...behaviour, onError: "continue" });
      expect(totals.errors).toBe(2);
      expect(failures.map(({ entry, command }) => [entry?.dumpId, command])).toEqual([
        [1, "CREATE TABLE app.t ();"],
        [2, "COPY app.t FROM stdin;\n"],
      ]);
      expect(target.said.slice(-3).map((sql) => sql.slice(0, 6))).toEqual(["BEGIN;", "SELECT", "COMMIT"]);
    });

    it("stops at the first error when asked to, and says that what was done stays", async () => {
      const target = fakeTarget(refuses("CREATE"));
      await expect(runPlan(target, archive, plan, { ...behaviour, onError: "stop" })).rejects.toMatchObject({
        message: 'TABLE app.t: relation "t" already exists; what was done before stays',
      });
      expect(failures).toHaveLength(1);
      expect(target.said).toEqual(["SET a = 1;", "CREATE TABLE app.t ();"]);
    });

    it("ends when the connection is lost, whatever was asked", async () => {
      const target = fakeTarget(refuses("CREATE", new PgstowError("connection-lost", "gone")));
      await expect(runPlan(target, archive, plan, { ...behaviour, onError: "continue" })).rejects.toMatchObject({
        code: "connection-lost",
      });
    });

    it("tells a refused row from a refused COPY", async () => {
      await runPlan(fakeTarget(refuses("COPY", badRow)), archive, plan, { ...behaviour, onError: "continue" });
      expect(failures.map(({ command }) => command)).toEqual([undefined]);
    });

    it("leaves out the rows of a table that could not be made, when asked to", async () => {
      const target = fakeTarget(refuses("CREATE"));
      const dependent = { ...rows, dependencies: [1] };
      const steps = [plan.steps[0]!, { type: "rows", entry: dependent, copy: rows.copy } as const];
      const options = { ...behaviour, onError: "continue", noDataForFailedTables: true } as const;
      expect((await runPlan(target, archive, { ...plan, steps }, options)).errors).toBe(1);
      expect(target.said).toEqual(["SET a = 1;", "CREATE TABLE app.t ();"]);
    });
  });

  it("keeps what is done from time to time", async () => {
    const target = fakeTarget();
    const step = (id: number) => ({ type: "sql", part: "definition", entry: testEntry(id, {}), sql: `SELECT ${String(id)};` }) as const;
    await runPlan(target, archive, { ...plan, settings: [], steps: [1, 2, 3, 4, 5].map(step) }, { transaction: 2 });
    expect(target.said.map((sql) => sql.replaceAll(" ISOLATION LEVEL READ COMMITTED", ""))).toEqual([
      "BEGIN;",
      "SELECT 1;",
      "SELECT 2;",
      "COMMIT;BEGIN;",
      "SELECT 3;",
      "SELECT 4;",
      "COMMIT;BEGIN;",
      "SELECT 5;",
      "COMMIT;",
    ]);
  });
});
