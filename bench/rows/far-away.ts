import type { Scale } from "../bench.ts";
import { pgstow } from "../bench.ts";
import { readContents } from "../databases/contents.ts";
import { manyObjects } from "../databases/specs.ts";
import { ratioRow } from "../row.ts";
import type { Trial } from "../trial.ts";
import { definitionDumpers } from "./definitions.ts";
import { pgDumpDumper, pgstowDumper } from "./dumping.ts";
import { customArchive, customFile, restorer, stowArchive, stowFile } from "./restoring.ts";

const definitions = { ours: "pgstow dump -s", rival: "pg_dump -s" };
const [ours, custom] = ["pgstow dump", "pg_dump -Fc"];
const [ourRestore, restore] = ["pgstow restore", "pg_restore -1"];

/** A server at the end of a link of 20 ms. */
export function farAwayTrials({ objects }: Scale): readonly Trial[] {
  const schema = manyObjects("schema", { tables: 500 * objects, functions: 500 * objects, views: 200 * objects });
  const small = manyObjects("small", { tables: 500 * objects, rowsPerTable: 8, extras: false });
  return [
    {
      name: `definitions of ${schema.title}, 20 ms link`,
      uses: [schema],
      rows: [
        ratioRow({
          number: 5,
          work: `schema-only, ${schema.title}, 20 ms link`,
          rival: "pg_dump --schema-only",
          compare: { ours: definitions.ours, with: definitions.rival },
          atMost: 0.05,
        }),
      ],
      open: async (bench) => definitionDumpers(bench, bench.link.url(await bench.databases.open(schema)), definitions),
    },
    {
      name: `dump of ${small.title}, 20 ms link`,
      uses: [small],
      rows: [
        ratioRow({
          number: 6,
          work: `full dump, ${small.title}, 20 ms link`,
          rival: "pg_dump -Fc",
          compare: { ours, with: custom },
          atMost: 0.08,
        }),
      ],
      async open(bench) {
        const url = bench.link.url(await bench.databases.open(small));
        return [pgDumpDumper(bench, custom, customFile(bench, small), url, ["-Fc"]), pgstowDumper(ours, stowFile(bench, small), url)];
      },
    },
    {
      name: `restore of ${small.title}, 20 ms link`,
      uses: [small],
      rows: [
        ratioRow({
          number: 7,
          work: "restore of that in one transaction, 20 ms link",
          rival: "pg_restore -1",
          compare: { ours: ourRestore, with: restore },
          atMost: 0.05,
        }),
      ],
      async open(bench) {
        const [stow, dump] = [await stowArchive(bench, small), await customArchive(bench, small)];
        const expected = await readContents(await bench.databases.open(small));
        const url = bench.link.url(bench.databases.targetUrl);
        return [
          restorer(bench, {
            name: restore,
            ours: false,
            argv: () => [bench.rivals.path("pg_restore"), "-1"],
            archive: dump,
            url,
            expected,
          }),
          restorer(bench, { name: ourRestore, ours: true, argv: () => pgstow("restore"), archive: stow, url, expected }),
        ];
      },
    },
  ];
}
