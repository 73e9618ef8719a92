import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { DatabaseShelf } from "./databases/shelf.ts";
import type { LatencyProxy } from "./latency-proxy.ts";
import type { Rivals } from "./rivals.ts";
import type { BenchServer } from "./server.ts";

/** How much work there is. */
export interface Scale {
  /** Bytes of rows as COPY text of the large databases. */
  readonly bytes: number;
  /** Of the numbers of tables, functions and views. */
  readonly objects: number;
}

/** What a trial works with. */
export interface Bench {
  readonly server: BenchServer;
  readonly databases: DatabaseShelf;
  readonly rivals: Rivals;
  /** A link of 20 ms to the server. */
  readonly link: LatencyProxy;
  /** For archives and other output. */
  readonly folder: string;
}

/** The program as users get it: compiled, under plain node. */
export function pgstow(...args: readonly string[]): readonly string[] {
  return [process.execPath, ourProgram, ...args];
}

const ourProgram = fileURLToPath(new URL("../dist/cli/main.js", import.meta.url));

/** Throws when it was not built. */
export function checkOurProgram(): void {
  if (!existsSync(ourProgram)) throw new Error("there is no dist/cli/main.js: run `npm run build` first");
}

export function fileOf(bench: Bench, name: string): string {
  return join(bench.folder, name);
}
