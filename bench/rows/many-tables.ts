import type { Scale } from "../bench.ts";
import { manyObjects } from "../databases/specs.ts";
import { ratioRow } from "../row.ts";
import type { Trial } from "../trial.ts";
import { definitionDumpers } from "./definitions.ts";

const names = { ours: "pgstow dump -s", rival: "pg_dump -s" };

/** Thousands of tables on this machine. */
export function manyTablesTrials({ objects }: Scale): readonly Trial[] {
  const spec = manyObjects("many", { tables: 5000 * objects });
  return [
    {
      name: `definitions of ${spec.title}, local`,
      uses: [spec],
      rows: [
        ratioRow({
          number: 10,
          work: `schema-only, ${spec.title}, local`,
          rival: "pg_dump --schema-only",
          compare: { ours: names.ours, with: names.rival },
          atMost: 1,
        }),
      ],
      open: async (bench) => definitionDumpers(bench, await bench.databases.open(spec), names),
    },
  ];
}
