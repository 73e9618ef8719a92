import type { ArchiveMetadata, ArchiveWriter, EntryData } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { oidArray } from "../core/sql-text.ts";
import type { TableData } from "../objects/relation/table-data.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { exportSnapshot } from "../postgres/snapshot.ts";
import type { PinOptions } from "../postgres/snapshot.ts";
import { DataReader } from "./data-reader.ts";
import type { DataPlan, InsertFormOf } from "./data-reader.ts";
import type { RenderedEntries } from "./entries.ts";
import { Lane, openFurtherLanes } from "./lane.ts";
import type { DumpOptions } from "./options.ts";
import type { DumpProgress } from "./progress.ts";
import { groupsFor, SideBySide } from "./side-by-side.ts";
import type { WriteData } from "./side-by-side.ts";
import { insertForm } from "./table-rows.ts";

export interface DataContext {
  /** Holds the locks and the snapshot. */
  readonly session: CatalogSession;
  readonly options: DumpOptions;
  /** As the session was pinned. */
  readonly pin: PinOptions;
  readonly progress: DumpProgress;
  readonly metadata: ArchiveMetadata;
}

interface DataWork {
  readonly writer: ArchiveWriter;
  readonly plan: DataPlan;
  readonly insertForm: InsertFormOf;
  readonly write: WriteData;
  /** Bytes on the server's disk, by dumpId; empty when nobody needs to know. */
  readonly sizes: ReadonlyMap<number, number>;
  readonly context: DataContext;
}

/** Streams every table and large object into the writer. Gives the number of tables. */
export async function writeData(writer: ArchiveWriter, rendered: RenderedEntries, context: DataContext): Promise<number> {
  const { progress, options, session } = context;
  const entries = rendered.entries.filter((entry) => entry.data !== "none");
  const tables = entries.filter((entry) => entry.data !== "large-objects");
  const lanes = writer.atOnce === undefined ? 1 : Math.min(options.jobs ?? 1, Math.max(tables.length, 1));
  const sizes = lanes === 1 && options.onProgress === undefined ? new Map<number, number>() : await tableSizes(session, tables, rendered);
  progress.startData(
    entries.length,
    [...sizes.values()].reduce((sum, bytes) => sum + bytes, 0),
  );
  if (entries.length === 0) return 0;
  const work: DataWork = {
    writer,
    plan: { entries, objectOf: (entry) => objectOf(entry, rendered) },
    insertForm: (data) => insertForm(data, rendered.context, options, context.metadata),
    write: async (entry, data) => {
      throwIfAborted(options.signal);
      progress.startEntry(entry);
      await writer.data(entry, watched(data, progress));
      progress.endEntry();
    },
    sizes,
    context,
  };
  await (lanes === 1 ? oneByOne(work) : sideBySide(work, lanes));
  return tables.length;
}

function objectOf(entry: Entry, { dataObjects }: RenderedEntries) {
  const object = dataObjects.get(entry.dumpId);
  if (object === undefined) throw new PgstowError("internal", `no object for the data of ${entry.kind} ${entry.tag}`);
  return object;
}

/** In the order of the table of contents, on the one session. */
async function oneByOne({ plan, insertForm: formOf, write, context }: DataWork): Promise<void> {
  const reader = new DataReader(context.session, plan, formOf);
  try {
    for (const entry of plan.entries) await write(entry, await reader.read(entry));
  } finally {
    await reader.close();
  }
}

async function sideBySide(work: DataWork, count: number): Promise<void> {
  const { writer, plan, sizes, context } = work;
  const { session, options, pin, metadata } = context;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  const further = { settings: session.sameServer, pin, encoding: metadata.encoding };
  const first = new Lane(session, true);
  const others = await openFurtherLanes(count - 1, further, await exportSnapshot(session), signal);
  const lanes = [first, ...others];
  try {
    const sizeOf = (entry: Entry): number => sizes.get(entry.dumpId) ?? 0;
    await new SideBySide(lanes, { ...work, sizeOf, stop }).run(groupsFor(writer.atOnce ?? "tables", plan.entries));
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

function watched(data: EntryData, progress: DumpProgress): EntryData {
  if (data.type === "large-objects") return data;
  return { type: data.type, batches: progress.watchRows(data.batches) };
}

/** By the size of the tables on the server's disk; their rows as text are of that order. */
async function tableSizes(session: CatalogSession, tables: readonly Entry[], rendered: RenderedEntries): Promise<Map<number, number>> {
  const oidOf = (entry: Entry): number => (rendered.dataObjects.get(entry.dumpId) as TableData | undefined)?.table.oid ?? 0;
  const size = `SELECT oid, COALESCE(pg_catalog.pg_table_size(oid), 0)::text AS bytes FROM pg_catalog.unnest(${oidArray(tables.map(oidOf))}) AS oid`;
  const rows = await session.query<{ readonly oid: number; readonly bytes: string }>(size);
  const byOid = new Map(rows.map(({ oid, bytes }) => [oid, Number(bytes)]));
  return new Map(tables.map((entry) => [entry.dumpId, byOid.get(oidOf(entry)) ?? 0]));
}
