import type { Scale } from "../bench.ts";
import { fileOf, pgstow } from "../bench.ts";
import { readContents } from "../databases/contents.ts";
import { bigTables, sizeText } from "../databases/specs.ts";
import { ratioRow } from "../row.ts";
import type { Trial } from "../trial.ts";
import { pgDumpDumper, pgstowDumper } from "./dumping.ts";
import { customArchive, customFile, restorer, stowArchive, stowFile } from "./restoring.ts";

const [ours, copy, custom] = ["pgstow dump", "psql COPY", "pg_dump -Fc"];
const [ourJobs, directory] = ["pgstow dump -j 2", "pg_dump -Fd -j 2"];
const [ourRestore, restore] = ["pgstow restore", "pg_restore -1"];

const tables = ["readings", "accounts", "documents", "bookings"].map((name) => `bench.${name}`);

/** One database of four large tables: dumped over one connection, over two, and restored. */
export function largeDatabaseTrials({ bytes }: Scale): readonly Trial[] {
  const spec = bigTables(bytes);
  const size = sizeText(bytes);
  return [
    {
      name: `dump of ${spec.title}, one connection`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 1,
          work: `dump ${size}, one connection, stow zstd`,
          rival: "psql COPY of the same tables to /dev/null, one after the other",
          compare: { ours, with: copy },
          atMost: 1.05,
        }),
        ratioRow({ number: 2, work: `dump ${size}, one connection`, rival: "pg_dump -Fc", compare: { ours, with: custom }, atMost: 0.4 }),
        ratioRow({
          number: 12,
          work: `archive size of the ${size} database`,
          rival: "pg_dump -Fc (gzip -6)",
          compare: { ours, with: custom },
          atMost: 0.95,
          by: "bytes",
        }),
      ],
      async open(bench) {
        const url = await bench.databases.open(spec);
        const copies = tables.flatMap((table) => ["-c", `COPY ${table} TO STDOUT`]);
        return [
          { name: copy, ours: false, command: () => ({ pipeline: [[bench.rivals.path("psql"), "-X", "-q", "-d", url, ...copies]] }) },
          pgstowDumper(ours, stowFile(bench, spec), url),
          pgDumpDumper(bench, custom, customFile(bench, spec), url, ["-Fc"]),
        ];
      },
    },
    {
      name: `dump of ${spec.title}, two connections`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 4,
          work: `dump ${size} with -j2, several tables`,
          rival: "pg_dump -Fd -j2 (gzip)",
          compare: { ours: ourJobs, with: directory },
          atMost: 0.45,
        }),
      ],
      async open(bench) {
        const url = await bench.databases.open(spec);
        return [
          pgDumpDumper(bench, directory, fileOf(bench, "directory"), url, ["-Fd", "-j", "2"]),
          pgstowDumper(ourJobs, fileOf(bench, "jobs.sql.zst"), url, ["-j", "2"]),
        ];
      },
    },
    {
      name: `restore of ${spec.title}`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 8,
          work: `restore ${size}, one transaction, local`,
          rival: "pg_restore -1",
          compare: { ours: ourRestore, with: restore },
          atMost: 1,
        }),
      ],
      async open(bench) {
        const [stow, dump] = [await stowArchive(bench, spec), await customArchive(bench, spec)];
        const expected = await readContents(await bench.databases.open(spec));
        return [
          restorer(bench, { name: restore, ours: false, argv: () => [bench.rivals.path("pg_restore"), "-1"], archive: dump, expected }),
          restorer(bench, { name: ourRestore, ours: true, argv: () => pgstow("restore"), archive: stow, expected }),
        ];
      },
    },
  ];
}
