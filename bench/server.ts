import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries } from "../test/support/binaries.ts";
import { startCluster } from "../test/support/cluster.ts";
import { isMajor } from "../test/support/majors.ts";
import { withClient } from "./databases/sql-client.ts";

/** Databases of a server that the benchmark makes and drops by itself; names start with `pgstow_bench`. */
export interface BenchServer {
  /** As in "15.18". */
  readonly version: string;
  readonly major: number;
  readonly where: string;
  /** URL of one of its databases, as superuser. */
  url(database: string): string;
  stop(): Promise<void>;
}

/** Like a small server in earnest, but that nothing waits for the disk: the benchmark is about the programs. */
const settings = {
  shared_buffers: "512MB",
  max_wal_size: "8GB",
  checkpoint_timeout: "1h",
  maintenance_work_mem: "128MB",
  wal_level: "replica",
};

/** The server of PGSTOW_BENCH_URL, or one of our own of the wanted major. */
export async function openBenchServer(major: number): Promise<BenchServer> {
  const given = process.env["PGSTOW_BENCH_URL"];
  if (given !== undefined && given !== "") return givenServer(given);
  if (!isMajor(major)) throw new Error(`no server of major ${String(major)} to start; give one with PGSTOW_BENCH_URL`);
  const folder = await mkdtemp(join(tmpdir(), "pgstow-bench-"));
  const removeFolder = () => rm(folder, { recursive: true, force: true });
  try {
    const cluster = await startCluster(await findBinaries(major), { folder, settings });
    const url = (database: string) => `postgresql://postgres@127.0.0.1:${String(cluster.port)}/${database}`;
    const stop = () => cluster.stop().then(removeFolder);
    return { version: cluster.binaries.version, major, where: "started for the benchmark, fsync off", url, stop };
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function givenServer(given: string): Promise<BenchServer> {
  const url = (database: string) => {
    const result = new URL(given);
    result.pathname = `/${database}`;
    return result.href;
  };
  return withClient(url("postgres"), async (client) => {
    const { rows } = await client.query<{ server_version: string }>("SHOW server_version");
    const version = rows[0]?.server_version ?? "";
    return { version, major: Number.parseInt(version), where: "from PGSTOW_BENCH_URL", url, stop: () => Promise.resolve() };
  });
}
