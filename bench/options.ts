import { parseArgs } from "node:util";
import type { Scale } from "./bench.ts";

export const usage = `npm run bench -- [options]

Measures pgstow beside PostgreSQL's own programs, in turns, on one server: one of its own of pg_dump's major version, or that of
PGSTOW_BENCH_URL (superuser; databases pgstow_bench_* are made and dropped there). Prints the report. With the usual size it is
written to bench/RESULTS.md, results.json and chart.svg, where some rows alone take the place of earlier ones; any other goes to bench/results/.

  --size SIZE         rows of the large databases as COPY text (1GB)
  --rounds N          how often each program runs; medians count (5)
  --rows N,N,...      these rows of the report only
  --quick             a smoke run, whose marks mean little: 100MB, one round, a fifth of the tables
  --rival-bin FOLDER  PostgreSQL's programs from here instead of PATH
  --help              this text

Exit code 1 when a row could not be measured. It takes about an hour, and 20 GB of disk for temporary files; a quick
run takes two minutes.`;

export interface Options {
  readonly scale: Scale;
  readonly rounds: number;
  /** Null for all. */
  readonly rows: readonly number[] | null;
  readonly rivalBin: string | undefined;
  /** Of the sizes that the goals are meant for. */
  readonly isUsualSize: boolean;
}

/** Undefined when only help is wanted; throws on what it does not understand. */
export function readOptions(args: readonly string[]): Options | undefined {
  const text = { type: "string" } as const;
  const flag = { type: "boolean" } as const;
  const { values } = parseArgs({
    args: [...args],
    options: { size: text, rounds: text, rows: text, quick: flag, "rival-bin": text, help: flag },
  });
  if (values.help) return undefined;
  const quick = values.quick ?? false;
  const scale = { bytes: readSize(values.size ?? (quick ? "100MB" : "1GB")), objects: quick ? 0.2 : 1 };
  const rounds = readNumber("--rounds", values.rounds ?? (quick ? "1" : "5"));
  const rows = values.rows === undefined ? null : values.rows.split(",").map((part) => readNumber("--rows", part));
  const isUsualSize = scale.bytes === 1e9 && scale.objects === 1;
  return { scale, rounds, rows, rivalBin: values["rival-bin"], isUsualSize };
}

function readNumber(option: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new Error(`${option}: not a number from 1: ${text}`);
  return number;
}

function readSize(text: string): number {
  const [, number, unit = ""] = /^(\d+(?:\.\d+)?)\s*([kMG]?)B$/i.exec(text) ?? [];
  const bytes = Number(number) * ({ k: 1e3, m: 1e6, g: 1e9 }[unit.toLowerCase()] ?? 1);
  if (!(bytes >= 1e7)) throw new Error(`--size: not a size of at least 10MB: ${text} (write 100MB or 1GB)`);
  return bytes;
}
