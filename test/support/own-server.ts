import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries, testCacheFolder } from "./binaries.ts";
import type { Cluster, ClusterOptions } from "./cluster.ts";
import { startCluster } from "./cluster.ts";
import type { Major } from "./majors.ts";

/** A server outside test runs: for the demonstration and the benchmark. */
export interface OwnServer extends Cluster {
  /** Holds everything of it: data, socket, log. */
  readonly folder: string;
  /** URL of one of its databases, as superuser. */
  url(database: string): string;
  /** Ends it and removes its folder. */
  remove(): Promise<void>;
}

/** Starts a server in a temporary folder. With `detached`, it and its folder stay when this process ends. */
export async function startOwnServer(
  major: Major,
  options: Pick<ClusterOptions, "port" | "settings" | "detached"> & { readonly prefix?: string } = {},
): Promise<OwnServer> {
  const { prefix = "pgstow-server-", ...clusterOptions } = options;
  const binaries = await findBinaries(major);
  const folder = await mkdtemp(join(tmpdir(), prefix));
  try {
    const cluster = await startCluster(binaries, { ...clusterOptions, folder, initCache: testCacheFolder() });
    return {
      ...cluster,
      folder,
      url: (database) => `postgres://postgres@${cluster.host}:${String(cluster.port)}/${encodeURIComponent(database)}`,
      async remove() {
        await cluster.stop();
        await rm(folder, { recursive: true, force: true });
      },
    };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  }
}
