import type { LargeObjectPiece } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import { copyOut } from "./rows-out.ts";

/** What lo_get reads at once; the server holds a piece several times in memory while it sends it. */
const PIECE_BYTES = 256 * 1024;
/** Objects of one statement: bounds its text, and how long an early error has to wait. */
const OBJECTS_PER_STATEMENT = 10_000;
/** INV_READ */
const READ_MODE = 0x40000;

/**
 * Reads large objects, in the order of `oids`, under the channel's snapshot: one COPY for thousands of them, so that small objects cost
 * no round trip each. An object without content is one empty piece. Throws `concurrent-change` when an object is gone.
 */
export async function* readLargeObjects(channel: DataChannel, oids: readonly number[]): AsyncGenerator<LargeObjectPiece, void, undefined> {
  for (let from = 0; from < oids.length; from += OBJECTS_PER_STATEMENT) {
    yield* readGroup(channel, oids.slice(from, from + OBJECTS_PER_STATEMENT));
  }
}

async function* readGroup(channel: DataChannel, oids: readonly number[]): AsyncGenerator<LargeObjectPiece, void, undefined> {
  const reader = new PieceReader(oids);
  try {
    for await (const batch of copyOut(channel, pieceQuery(oids), { batchBytes: 2 * PIECE_BYTES })) {
      yield* reader.readRows(batch.bytes);
    }
  } catch (error) {
    throw explain(error);
  }
  reader.finish();
}

/**
 * Rows of oid, object's bytes, piece's offset, piece in hexadecimal. The size comes from a descriptor that is closed at once. Nested loops keep the
 * order of the list; the reader checks that.
 */
function pieceQuery(oids: readonly number[]): string {
  return `COPY (
  SELECT o.oid, s.bytes, p.start, pg_catalog.encode(pg_catalog.lo_get(o.oid, p.start, ${PIECE_BYTES}), 'hex')
  FROM ROWS FROM (pg_catalog.unnest('{${oids.join(",")}}'::pg_catalog.oid[])) AS o(oid),
    LATERAL (
      SELECT size + closed AS bytes
      FROM (
        SELECT pg_catalog.lo_lseek64(fd, 0, 2) AS size, pg_catalog.lo_close(fd) AS closed
        FROM (SELECT pg_catalog.lo_open(o.oid, ${READ_MODE}) AS fd OFFSET 0) AS opened
        OFFSET 0
      ) AS measured
    ) AS s,
    LATERAL pg_catalog.generate_series(0::pg_catalog.int8, GREATEST(s.bytes - 1, 0), ${PIECE_BYTES}::pg_catalog.int8) AS p(start)
) TO STDOUT`;
}

/** Turns rows of the query into pieces, and holds them against what was asked for: each object once, whole, in order. */
class PieceReader {
  readonly #oids: readonly number[];
  #index = 0;
  #offset = 0;

  constructor(oids: readonly number[]) {
    this.#oids = oids;
  }

  *readRows(bytes: Uint8Array): Generator<LargeObjectPiece, void, undefined> {
    const rows = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    for (let at = 0; at < rows.length;) {
      const end = rows.indexOf(0x0a, at);
      const content = rows.lastIndexOf(0x09, end);
      const [oid = 0, size = 0, start = 0] = rows.toString("latin1", at, content).split("\t").map(Number);
      yield this.#piece(oid, size, start, Buffer.from(rows.toString("latin1", content + 1, end), "hex"));
      at = end + 1;
    }
  }

  finish(): void {
    if (this.#index !== this.#oids.length) throw this.#wrong();
  }

  #piece(oid: number, size: number, start: number, content: Buffer): LargeObjectPiece {
    if (oid !== this.#oids[this.#index] || start !== this.#offset || content.length !== Math.min(PIECE_BYTES, size - start))
      throw this.#wrong();
    this.#offset += content.length;
    const last = this.#offset === size;
    if (last) {
      this.#index++;
      this.#offset = 0;
    }
    return { oid, bytes: content, first: start === 0, last };
  }

  #wrong(): PgstowError {
    return new PgstowError("concurrent-change", `large object ${this.#oids[this.#index] ?? "(none)"} was not read whole and in order`);
  }
}

function explain(error: unknown): unknown {
  if (!(error instanceof PgstowError) || error.code !== "server") return error;
  const options = { cause: error, context: error.context };
  if (error.context.sqlstate === "42704") {
    return new PgstowError("concurrent-change", `${error.message} any more`, {
      ...options,
      hint: "it was dropped while the dump ran: run it again",
    });
  }
  if (error.context.sqlstate === "42501") {
    return new PgstowError("privilege", `cannot read a large object: ${error.message}`, {
      ...options,
      hint: "grant SELECT on it to the dumping role, or leave large objects out with --no-large-objects",
    });
  }
  return error;
}
