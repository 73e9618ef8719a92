import { setMaxListeners } from "node:events";

import type { ArchiveMetadata, ArchiveWriter, EntryData } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
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
import { pageRanges, splitRule } from "./table-ranges.ts";
import type { PageRange, SplitRule, TableSize } from "./table-ranges.ts";
import { insertForm } from "./table-rows.ts";
import { readTableSizes } from "./table-sizes.ts";

type RangesOf = (entry: Entry) => readonly PageRange[];

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
  /** By dumpId; empty when nobody needs to know. */
  readonly sizes: ReadonlyMap<number, TableSize>;
  readonly context: DataContext;
}

/** Streams every table and large object into the writer. Gives the number of tables. */
export async function writeData(writer: ArchiveWriter, rendered: RenderedEntries, context: DataContext): Promise<number> {
  const { progress, options, session } = context;
  const entries = rendered.entries.filter((entry) => entry.data !== "none");
  const tables = entries.filter((entry) => entry.data !== "large-objects");
  const jobs = writer.atOnce === undefined ? 1 : (options.jobs ?? 1);
  const dataOf = (entry: Entry): TableData => objectOf(entry, rendered) as TableData;
  const sizes =
    jobs === 1 && options.onProgress === undefined ? new Map<number, TableSize>() : await readTableSizes(session, tables, dataOf);
  const totalBytes = [...sizes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  progress.startData(entries.length, totalBytes);
  if (entries.length === 0) return 0;
  const work: DataWork = {
    writer,
    plan: { entries, objectOf: (entry) => objectOf(entry, rendered) },
    insertForm: (data) => insertForm(data, rendered.context, options, context.metadata),
    write: async (entry, data, range) => {
      throwIfAborted(options.signal);
      progress.startEntry(entry);
      await writer.data(entry, watched(data, progress), range);
      progress.endEntry(range?.ranges);
    },
    sizes,
    context,
  };
  const rangesOf = plannedRanges(work, splitRule(totalBytes, jobs, options.splitTablesLargerThan));
  const pieces = tables.reduce((sum, entry) => sum + Math.max(1, rangesOf(entry).length), 0);
  const lanes = Math.min(jobs, Math.max(pieces, 1));
  await (lanes === 1 ? oneByOne(work) : sideBySide(work, lanes, rangesOf));
  return tables.length;
}

/** In which ranges tables are read; the same for each call, and none that the archive does not take. */
function plannedRanges({ writer, sizes }: DataWork, rule: SplitRule): RangesOf {
  if (writer.takesRanges !== true) return () => [];
  const planned = new Map([...sizes].map(([dumpId, size]) => [dumpId, pageRanges(size, rule)]));
  return (entry) => planned.get(entry.dumpId) ?? [];
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

async function sideBySide(work: DataWork, count: number, rangesOf: RangesOf): Promise<void> {
  const { writer, plan, sizes, context } = work;
  const { session, options, pin, metadata } = context;
  const stop = new AbortController();
  const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal]);
  // Each session listens; so many of them are no leak.
  setMaxListeners(0, signal);
  const further = { settings: session.sameServer, pin, encoding: metadata.encoding };
  const first = new Lane(session, true);
  const others = await openFurtherLanes(count - 1, further, await exportSnapshot(session), signal);
  const lanes = [first, ...others];
  try {
    const sizeOf = (entry: Entry): number => sizes.get(entry.dumpId)?.bytes ?? 0;
    if (plan.entries.some((entry) => rangesOf(entry).length > 0)) await Promise.all(lanes.map((lane) => lane.prepareRanges()));
    await new SideBySide(lanes, { ...work, sizeOf, rangesOf, keepsOrder: writer.keepsOrder === true, stop }).run(
      groupsFor(writer.atOnce ?? "tables", plan.entries),
    );
  } finally {
    await Promise.all(lanes.map((lane) => lane.close()));
  }
}

function watched(data: EntryData, progress: DumpProgress): EntryData {
  if (data.type === "large-objects") return data;
  return { type: data.type, batches: progress.watchRows(data.batches) };
}
