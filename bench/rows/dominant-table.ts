import { runChecked } from "../../test/support/run-program.ts";
import type { Scale } from "../bench.ts";
import { fileOf, pgstow } from "../bench.ts";
import { readContents } from "../databases/contents.ts";
import { dominantTable, sizeText } from "../databases/specs.ts";
import { ratioRow } from "../row.ts";
import type { Trial } from "../trial.ts";
import { dumper, pgstowDumper } from "./dumping.ts";
import { customArchive, restorer, stowArchive } from "./restoring.ts";

const [ours, pipe] = ["pgstow dump -j 2 -t", "pg_dump -Fp -t | zstd -3"];
const [ourRestore, restore] = ["pgstow restore --swap -j 2", "pg_restore -1"];
const table = "bench.bookings";

/** One table that outweighs all others: dumped alone, and restored with them. */
export function dominantTableTrials({ bytes }: Scale): readonly Trial[] {
  const spec = dominantTable(bytes);
  return [
    {
      name: `dump of one table of ${sizeText(bytes)}`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 3,
          work: `dump of one ${sizeText(bytes)} table, -j2`,
          rival: "pg_dump -Fp of it piped through zstd -3",
          compare: { ours, with: pipe },
          atMost: 0.85,
        }),
      ],
      async open(bench) {
        const url = await bench.databases.open(spec);
        const piped = fileOf(bench, "one-table.plain.zst");
        const [pgDump, zstd] = [() => bench.rivals.path("pg_dump"), () => bench.rivals.path("zstd")];
        return [
          dumper({
            name: pipe,
            ours: false,
            output: piped,
            command: () => ({
              pipeline: [
                [pgDump(), "-Fp", "-t", table, "-d", url],
                [zstd(), "-3", "-q", "-o", piped],
              ],
            }),
            async check() {
              await runChecked(zstd(), ["-t", "-q", piped]);
            },
          }),
          pgstowDumper(ours, fileOf(bench, "one-table.sql.zst"), url, ["-j", "2", "-t", table], [table]),
        ];
      },
    },
    {
      name: `restore of ${spec.title}`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 9,
          work: `restore ${spec.title}, --swap -j2 (atomic)`,
          rival: "pg_restore -1 (atomic)",
          compare: { ours: ourRestore, with: restore },
          atMost: 0.75,
        }),
      ],
      async open(bench) {
        const [stow, dump] = [await stowArchive(bench, spec, ["-j", "2"]), await customArchive(bench, spec)];
        const expected = await readContents(await bench.databases.open(spec));
        const swap = () => pgstow("restore", "--swap", "-j", "2", "--drop-old");
        return [
          restorer(bench, { name: restore, ours: false, argv: () => [bench.rivals.path("pg_restore"), "-1"], archive: dump, expected }),
          restorer(bench, { name: ourRestore, ours: true, argv: swap, archive: stow, expected }),
        ];
      },
    },
  ];
}
