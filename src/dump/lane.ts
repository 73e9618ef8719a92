import type { LargeObjectPiece, RowBatch } from "../archive/archive.ts";
import { readLargeObjects } from "../copy/large-objects.ts";
import { RowsAhead } from "../copy/rows-ahead.ts";
import { copyOut } from "../copy/rows-out.ts";
import { PgstowError } from "../core/errors.ts";
import { alwaysQualified } from "../core/identifiers.ts";
import type { LargeObjectData } from "../objects/large-object/large-object.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import { openCatalogSession } from "../postgres/catalog-session.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { DataChannel } from "../postgres/data-channel.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { beginWithSnapshot, pinSession } from "../postgres/snapshot.ts";
import type { PinOptions } from "../postgres/snapshot.ts";
import type { PageRange } from "./table-ranges.ts";
import { copyOutStatement } from "./table-rows.ts";

/** What a further session needs to read what the first one sees, as the first one reads it. */
export interface FurtherLanes {
  /** Of the server that the first session is on, and no other. */
  readonly settings: ConnectionSettings;
  readonly pin: PinOptions;
  /** The archive's, as the server spells it. */
  readonly encoding: string;
}

/** One of the sessions that rows are read on at the same time. */
export class Lane {
  readonly #session: CatalogSession;
  readonly #isFirst: boolean;
  /** Tables that it has locked, by their OIDs. */
  readonly #claimed = new Set<number>();
  #channel: DataChannel | undefined;

  /** The first one holds the locks on all tables. */
  constructor(session: CatalogSession, isFirst: boolean) {
    this.#session = session;
    this.#isFirst = isFirst;
  }

  /**
   * Locks the tables, so that their rows can be read here. A further session must not wait for a lock: whoever it waits for may wait for
   * the first session's lock, and all three would wait for ever. False when the server refuses, for whatever reason: the first session
   * has its lock and gets to know what is wrong.
   */
  async claim(tables: readonly TableData[]): Promise<boolean> {
    if (this.#isFirst) return true;
    // Foreign tables cannot be locked.
    if (tables.some(({ table }) => table.relkind === "f")) return false;
    // A lock is held until the end.
    if (tables.every(({ table }) => this.#claimed.has(table.oid))) return true;
    const names = tables.map(({ table }) => `ONLY ${alwaysQualified(table.schema?.name ?? "", table.name)}`);
    try {
      await this.#session.query(`SAVEPOINT claim; LOCK TABLE ${names.join(", ")} IN ACCESS SHARE MODE NOWAIT; RELEASE claim`);
      for (const { table } of tables) this.#claimed.add(table.oid);
      return true;
    } catch (error) {
      if (!(error instanceof PgstowError) || error.code !== "server") throw error;
      await this.#session.query("ROLLBACK TO claim; RELEASE claim");
      return false;
    }
  }

  /**
   * What reading in ranges needs: the planner must not have been told to do without the scan that reads only those pages, and rows must come
   * in the order of the table.
   */
  async prepareRanges(): Promise<void> {
    await this.#session.query("SET LOCAL enable_tidscan = on; SET LOCAL max_parallel_workers_per_gather = 0");
  }

  /** The rows of claimed tables, or a range of one: each call gives those of the next table, to be read to the end before. */
  rows(tables: readonly TableData[], range?: PageRange): () => AsyncIterable<RowBatch> {
    const statements = tables.map((data) => copyOutStatement(data, range));
    const channel = this.#channel;
    if (channel !== undefined) return () => copyOut(channel, statements.shift() ?? "");
    const ahead = new RowsAhead(this.#session, statements);
    ahead.start();
    return () => ahead.next();
  }

  async largeObjects(data: LargeObjectData): Promise<AsyncIterable<LargeObjectPiece>> {
    this.#channel ??= await this.#session.becomeDataChannel();
    return readLargeObjects(this.#channel, data.members);
  }

  /** Whatever is under way fails soon. */
  async stop(): Promise<void> {
    await (this.#channel ?? this.#session).cancel();
  }

  async close(): Promise<void> {
    await this.#channel?.close();
    if (!this.#isFirst) await this.#session.close();
  }
}

/** Opens further sessions under the snapshot that the first one exported; all of them or, with an error, none. */
export async function openFurtherLanes(count: number, further: FurtherLanes, snapshot: string, signal: AbortSignal): Promise<Lane[]> {
  const opening = Array.from({ length: count }, () => openFurtherLane(further, snapshot, signal));
  const opened = await Promise.allSettled(opening);
  const lanes = opened.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
  const failed = opened.find((result) => result.status === "rejected");
  if (failed === undefined) return lanes;
  await Promise.all(lanes.map((lane) => lane.close()));
  throw failed.reason;
}

async function openFurtherLane({ settings, pin, encoding }: FurtherLanes, snapshot: string, signal: AbortSignal): Promise<Lane> {
  // The first session has told everything that there is to be told about the connection.
  const session = await openCatalogSession(settings, { signal });
  try {
    await pinSession(session, pin);
    if (encoding !== "UTF8") await session.speak(encoding);
    await beginWithSnapshot(session, snapshot);
    return new Lane(session, false);
  } catch (error) {
    await session.close();
    throw error;
  }
}
