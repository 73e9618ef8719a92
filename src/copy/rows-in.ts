import { PgstowError } from "../core/errors.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import { describeStatement } from "../postgres/server-errors.ts";
import type { Wire } from "../postgres/wire.ts";

/** Servers refuse messages of a gigabyte. */
const FRAME_BYTES_MAX = 64 * 1024 * 1024;
const COPY_DONE = Buffer.from([0x63, 0, 0, 0, 4]);

/**
 * Runs `COPY ... FROM STDIN` with these bytes, which need not be cut at rows; gives the number of rows that the server took. Waits while
 * the server is slow. When the server refuses a row, nothing more is sent and its error is thrown, with `where` ("COPY t, line 3, column
 * a") in the context. When the source fails, the COPY is called off and the source's error is thrown.
 */
export async function copyIn(channel: DataChannel, sql: string, chunks: AsyncIterable<Uint8Array>): Promise<number> {
  let opened: (wire: Wire) => void = () => undefined;
  const ready = new Promise<Wire>((resolve) => (opened = resolve));
  const finished = channel.copy({ sql, onCopyIn: (wire) => opened(wire) });
  const stop = new AbortController();
  finished.then(
    () => stop.abort(),
    () => stop.abort(),
  );
  const wire = await Promise.race([ready, finished]);
  if (typeof wire === "string") throw new PgstowError("server", `the statement is not a COPY FROM STDIN: ${describeStatement(sql)}`);
  await writeRows(wire, chunks, stop.signal, finished);
  return rowsTaken(await finished, sql);
}

/**
 * The same behind statements that are still under way, without waiting for them or for the answer: resolves when the rows have been
 * handed to the socket, with what tells how many of them the server took.
 */
export async function sendCopyIn(
  channel: DataChannel,
  sql: string,
  chunks: AsyncIterable<Uint8Array>,
): Promise<{ readonly taken: Promise<number> }> {
  const { answer, wire } = channel.send(sql, "rows");
  const stop = new AbortController();
  const answered = () => stop.abort();
  answer.then(answered, answered);
  await writeRows(wire, chunks, stop.signal, answer);
  const taken = answer.then((tag) => rowsTaken(tag, sql));
  // Whoever asks is told; until then nobody has missed anything.
  taken.catch(() => undefined);
  return { taken };
}

/** Writes rows and their end until the statement has been answered; calls the COPY off when the source fails, and throws what it said. */
async function writeRows(wire: Wire, chunks: AsyncIterable<Uint8Array>, answered: AbortSignal, answer: Promise<unknown>): Promise<void> {
  try {
    for await (const chunk of chunks) {
      if (answered.aborted) break;
      writeFrames(wire, chunk);
      if (wire.writableNeedDrain) await drained(wire, answered);
    }
  } catch (error) {
    if (!answered.aborted) wire.write(encodeFail());
    await answer.catch(() => undefined);
    throw error;
  }
  if (!answered.aborted) wire.write(COPY_DONE);
}

function rowsTaken(tag: string, sql: string): number {
  const told = /^COPY (\d+)$/.exec(tag)?.[1];
  if (told !== undefined) return Number(told);
  throw new PgstowError("server", "the server did not say how many rows it took", { context: { statement: describeStatement(sql) } });
}

/** CopyData messages around the bytes, which are not copied. */
function writeFrames(wire: Wire, bytes: Uint8Array): void {
  wire.cork();
  for (let at = 0; at < bytes.length; at += FRAME_BYTES_MAX) {
    const body = bytes.subarray(at, at + FRAME_BYTES_MAX);
    const header = Buffer.allocUnsafe(5);
    header[0] = 0x64;
    header.writeUInt32BE(body.length + 4, 1);
    wire.write(header);
    wire.write(body);
  }
  wire.uncork();
}

/** Back when the socket takes more, is gone, or when there is nothing more to write. */
function drained(wire: Wire, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      wire.off("drain", done);
      wire.off("close", done);
      stop.removeEventListener("abort", done);
      resolve();
    };
    wire.once("drain", done);
    wire.once("close", done);
    stop.addEventListener("abort", done, { once: true });
  });
}

function encodeFail(): Buffer {
  const reason = Buffer.from("the source of the rows failed\0");
  const header = Buffer.from([0x66, 0, 0, 0, 0]);
  header.writeUInt32BE(reason.length + 4, 1);
  return Buffer.concat([header, reason]);
}
