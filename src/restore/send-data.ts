import type { EntryData, LargeObjectPiece } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { Diagnostic } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { quoteLiteral } from "../core/literals.ts";
import { copyStatement } from "./copy-statement.ts";
import { tableOf } from "./failure.ts";
import { restoreLargeObjects } from "./large-objects.ts";
import type { RestoreStep } from "./plan.ts";
import type { StatementQueue } from "./statement-queue.ts";
import { statementsIn } from "./statements.ts";
import type { RestoreTarget } from "./target.ts";

/** The data of one entry, on its way to the server. */
export interface DataJob {
  readonly step: Exclude<RestoreStep, { type: "sql" }>;
  readonly data: EntryData;
  readonly target: RestoreTarget;
  readonly queue: StatementQueue;
  /** Encoding of the data, when it is not the UTF8 of the session. */
  readonly encoding: string | null;
  readonly standardConformingStrings: boolean;
  /** A transaction is open, and nothing of it survives an error. */
  readonly inTransaction: boolean;
  readonly freeze: boolean;
  /** How many rows the archive has; as many as were `sent` where nobody has counted them before; undefined where nobody minds. */
  readonly rowsExpected: number | "sent" | undefined;
  /** Told of rows that the server did not take, where that is no error. */
  readonly onMissingRows: ((diagnostic: Diagnostic) => void) | undefined;
  /** Told what is being done, where that is wanted. */
  readonly onStep: ((text: string) => void) | undefined;
  readonly onData: (rows: number, rawBytes: number) => void;
}

/** Sends the data; what the server says about it is for the queue. Throws what reading it fails with. */
export async function sendData(job: DataJob): Promise<void> {
  const { step, data } = job;
  if (step.type === "rows" && data.type === "rows") return sendRows(job, step, data.batches);
  if (step.type === "statements" && data.type === "statements") return sendStatements(job, data.batches);
  if (step.type === "large-objects" && data.type === "large-objects") return sendLargeObjects(job, data.pieces);
  throw new PgstowError("internal", `the archive has ${data.type} where ${step.type} belong`);
}

type RowsStep = Extract<RestoreStep, { type: "rows" }>;

/** The server counts the rows of the part that it was sent; for whoever looks for a row it is one of the table. */
function inWholeTable(error: unknown, part: RowsStep["part"]): unknown {
  if (part === undefined || !(error instanceof PgstowError) || error.context.row === undefined) return error;
  const { code, message, context, hint, cause } = error;
  const row = error.context.row + part.rowsBefore;
  return new PgstowError(code, message, { cause, context: { ...context, row }, ...(hint === undefined ? {} : { hint }) });
}

type Batches<T extends EntryData["type"]> = Extract<EntryData, { type: T; batches: unknown }>["batches"];

async function sendRows(job: DataJob, { entry, copy, part }: RowsStep, batches: Batches<"rows">): Promise<void> {
  const sql = copyStatement(copy, { encoding: job.encoding, freeze: job.freeze });
  let sent = 0;
  const onData = (rows: number, rawBytes: number): void => {
    sent += rows;
    job.onData(rows, rawBytes);
  };
  const { taken } = await job.target.sendCopy(sql, countedBytes(batches, onData));
  const answer = taken.then(
    (rows) => compareRows(job, entry, rows, job.rowsExpected === "sent" ? sent : job.rowsExpected),
    (error: unknown) => {
      throw inWholeTable(error, part);
    },
  );
  await job.queue.add({ entry, command: copy, answer });
}

async function* countedBytes(batches: Batches<"rows">, onData: DataJob["onData"]): AsyncGenerator<Uint8Array> {
  for await (const { bytes, rows } of batches) {
    const { length } = bytes;
    yield bytes;
    onData(rows, length);
  }
}

function compareRows({ onMissingRows }: DataJob, entry: Entry, rows: number, expected: number | undefined): void {
  if (expected === undefined || rows === expected) return;
  const message = `the server took ${String(rows)} rows of ${String(expected)}`;
  const hint = "A trigger or rule of the table may keep rows out; --disable-triggers (with --data-only) switches triggers off.";
  if (onMissingRows === undefined) throw new PgstowError("server", message, { context: { table: tableOf(entry) }, hint });
  onMissingRows({ severity: "warning", code: "missing-rows", message: `table "${tableOf(entry)}": ${message}`, hint });
}

/** One by one where each stands for itself; in a transaction as many at once as the archive hands out. */
async function sendStatements(job: DataJob, batches: Batches<"statements">): Promise<void> {
  const { step, target, queue, encoding } = job;
  const { entry } = step;
  const run = (sql: string) => queue.add({ entry, command: sql, answer: target.send(sql) });
  if (encoding !== null) await run(`SET client_encoding = ${quoteLiteral(encoding)};`);
  for await (const { bytes, rows } of batches) {
    const { length } = bytes;
    const parts = job.inTransaction ? [bytes] : statementsIn(bytes, job.standardConformingStrings);
    for (const part of parts) {
      const command = Buffer.from(part.buffer, part.byteOffset, part.byteLength).toString();
      await queue.add({ entry, command, answer: target.send(part) });
      if (queue.failure !== undefined) return;
    }
    job.onData(rows, length);
  }
  if (encoding !== null) await run("SET client_encoding = 'UTF8';");
}

type Pieces = Extract<EntryData, { type: "large-objects" }>["pieces"];

async function* announced(pieces: Pieces, say: (text: string) => void): AsyncGenerator<LargeObjectPiece> {
  let count = 0;
  for await (const piece of pieces) {
    if (piece.first) {
      count++;
      say(`restoring large object with OID ${String(piece.oid)}`);
    }
    yield piece;
  }
  say(`restored ${String(count)} large object${count === 1 ? "" : "s"}`);
}

/** Of large objects no part is kept: one transaction for all of an entry, if there is none yet. */
async function sendLargeObjects(job: DataJob, all: Pieces): Promise<void> {
  const pieces = job.onStep === undefined ? all : announced(all, job.onStep);
  const { target, queue, step } = job;
  const { entry } = step;
  const onBytes = (bytes: number): void => job.onData(0, bytes);
  if (job.inTransaction) {
    await restoreLargeObjects(pieces, onBytes, (sql) => queue.add({ entry, command: sql, answer: target.send(sql) }));
    return;
  }
  await queue.settle();
  let command = "BEGIN;";
  const run = async (sql: string): Promise<void> => {
    command = sql;
    await target.query(sql);
  };
  try {
    await run("BEGIN;");
    await restoreLargeObjects(pieces, onBytes, run);
    await run("COMMIT;");
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code !== "server") throw error;
    queue.fail({ entry, error, command, part: undefined });
    await target.query("ROLLBACK;");
  }
}
