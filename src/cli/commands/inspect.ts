import type { ArchiveReader } from "../../archive/archive.ts";
import type { Entry } from "../../archive/entry.ts";
import { openArchive } from "../../archive/open.ts";
import { archiveArgument } from "../archive-argument.ts";
import type { Command } from "../command.ts";
import { formatBytes, formatCount } from "../sizes.ts";
import { type Column, renderTable } from "../text-table.ts";

export const inspectCommand: Command = {
  name: "inspect",
  usage: "inspect [options] ARCHIVE",
  describe: "Shows what an archive says of itself, and the rows and sizes of each table.",
  positionalsMax: 1,
  options: [{ name: "json", type: "flag", describe: "print it as JSON, with exact numbers", group: "Output options:" }],
  async run(args, context) {
    const path = archiveArgument(args);
    const archive = await openArchive(path);
    try {
      // Archives of pg_dump do not say their sizes; they are known once everything has been read.
      if (archive.layout !== undefined) await archive.verify({ signal: context.signal });
      process.stdout.write(args.flag("json") ? `${JSON.stringify(asJson(path, archive), null, 2)}\n` : asText(path, archive));
    } finally {
      await archive.close();
    }
  },
};

/** One entry with data: a table's rows, or large objects. */
interface DataRow {
  readonly kind: string;
  readonly schema: string | null;
  readonly name: string;
  readonly rows: number;
  readonly rawBytes: number;
  readonly storedBytes: number;
  readonly chunks: number;
}

function dataRows(archive: ArchiveReader): DataRow[] {
  return archive.entries.flatMap((entry) => {
    const size = archive.sizes.get(entry.dumpId);
    if (size === undefined) return [];
    const { rows, rawBytes, storedBytes, chunks } = size;
    return [{ kind: entry.kind, schema: entry.schema, name: entry.tag, rows, rawBytes, storedBytes, chunks }];
  });
}

/** Keys and units here are part of the program's interface: sizes are bytes, times ISO 8601 in UTC. */
function asJson(path: string, archive: ArchiveReader): unknown {
  return {
    file: path,
    format: archive.format,
    ...archive.metadata,
    ...archive.summary,
    entries: countByKind(archive.entries),
    data: dataRows(archive),
  };
}

function countByKind(entries: readonly Entry[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { kind } of entries) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const columns: readonly Column<DataRow>[] = [
  { title: "Data", cell: (row) => (row.schema === null ? `${row.kind} ${row.name}` : `${row.schema}.${row.name}`) },
  { title: "Rows", cell: (row) => (row.kind === "TABLE DATA" ? formatCount(row.rows) : ""), right: true },
  { title: "Raw", cell: (row) => formatBytes(row.rawBytes), right: true },
  { title: "Stored", cell: (row) => formatBytes(row.storedBytes), right: true },
  { title: "Chunks", cell: (row) => formatCount(row.chunks), right: true },
];

function asText(path: string, archive: ArchiveReader): string {
  const { metadata, summary, entries } = archive;
  const options = Object.entries(metadata.options).map(([name, value]) => (value === true ? `--${name}` : `--${name}=${String(value)}`));
  const facts: [string, string][] = [
    ["Archive", path],
    ["Format", archive.format],
    ["Database", metadata.database],
    ["Server", `PostgreSQL ${metadata.serverVersion}`],
    ["Encoding", metadata.encoding],
    ["Dumped by", `${archive.layout === undefined ? "pgstow" : "pg_dump"} ${metadata.toolVersion}`],
    ["Started", metadata.startedAt],
    ["Finished", summary.finishedAt],
    ["Options", options.join(" ") || "none"],
    ["Entries", formatCount(entries.length)],
    ["Rows", formatCount(summary.rows)],
    ["Raw data", formatBytes(summary.rawBytes)],
    ["Stored", formatBytes(summary.storedBytes)],
    ["Fingerprint", summary.fingerprint],
  ];
  const head = facts
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${`${name}:`.padEnd(13)}${value}\n`)
    .join("");
  const rows = dataRows(archive);
  return rows.length === 0 ? head : `${head}\n${renderTable(columns, rows)}`;
}
