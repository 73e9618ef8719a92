import { readdirSync, readFileSync, rmSync } from "node:fs";
import { chmod, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { findBinaries, testCacheFolder } from "./binaries.ts";
import { startCluster, testSettings } from "./cluster.ts";
import { dockerAnswers, startInDocker } from "./docker.ts";
import type { Major } from "./majors.ts";

/** How to reach a server; what the pool tells the processes that tests run in. */
export interface ServerAddress {
  readonly major: Major;
  /** A URL with superuser rights; its database is replaced by the tests' own. */
  readonly url: string;
  readonly host: string;
  readonly port: number;
  /** Folder of the unix socket; null where there is none on this machine. */
  readonly socketDir: string | null;
  readonly origin: "environment" | "docker" | "installed" | "npm";
}

/** Servers of one test run, each started when it is first asked for. */
export interface ServerPool {
  /** Throws with the reason when there is no server of this major. */
  get(major: Major): Promise<ServerAddress>;
  stop(): Promise<void>;
}

const folderPrefix = "pgstow-test-";

export async function openServerPool(): Promise<ServerPool> {
  sweepStaleFolders();
  const folder = await mkdtemp(join(tmpdir(), `${folderPrefix}${String(process.pid)}-`));
  // Servers run as another user when we are root, and must get in.
  await chmod(folder, 0o755);
  const started = new Map<Major, Promise<ServerAddress>>();
  const stops: (() => Promise<void>)[] = [];
  // A run that is cut off gets no teardown, but mostly this.
  const onExit = () => {
    removeRunFolder(folder);
  };
  process.once("exit", onExit);

  return {
    get(major) {
      let server = started.get(major);
      if (server === undefined) {
        server = startServer(major, join(folder, String(major)), (stop) => stops.push(stop));
        // Whoever asks sees the failure; nobody asking is no failure.
        server.catch(() => undefined);
        started.set(major, server);
      }
      return server;
    },
    async stop() {
      await Promise.allSettled(started.values());
      await Promise.allSettled(stops.map((stop) => stop()));
      await rm(folder, { recursive: true, force: true });
      process.off("exit", onExit);
    },
  };
}

async function startServer(major: Major, folder: string, onStarted: (stop: () => Promise<void>) => void): Promise<ServerAddress> {
  const fromEnvironment = process.env[`PGSTOW_TEST_URL_${String(major)}`];
  if (fromEnvironment !== undefined && fromEnvironment !== "") return readAddress(major, fromEnvironment);

  if (await dockerAnswers()) {
    try {
      const server = await startInDocker(major, testSettings);
      onStarted(() => server.stop());
      return { ...addressOf(major, server.host, server.port), socketDir: null, origin: "docker" };
    } catch {
      // An engine that cannot get the image; npm may do better.
    }
  }
  const binaries = await findBinaries(major);
  await mkdir(folder);
  const cluster = await startCluster(binaries, { folder, initCache: testCacheFolder() });
  onStarted(() => cluster.stop());
  return { ...addressOf(major, cluster.host, cluster.port), socketDir: cluster.socketDir, origin: binaries.origin };
}

function readAddress(major: Major, text: string): ServerAddress {
  if (!URL.canParse(text)) throw new Error(`PGSTOW_TEST_URL_${String(major)} is not a URL`);
  const url = new URL(text);
  return { major, url: text, host: url.hostname, port: Number(url.port || "5432"), socketDir: null, origin: "environment" };
}

function addressOf(major: Major, host: string, port: number): Pick<ServerAddress, "major" | "url" | "host" | "port"> {
  return { major, host, port, url: `postgres://postgres@${host}:${String(port)}/postgres` };
}

/** Servers and folders of runs that were killed before they could clean up. */
function sweepStaleFolders(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = new RegExp(`^${folderPrefix}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) removeRunFolder(join(tmpdir(), name));
  }
}

function removeRunFolder(folder: string): void {
  try {
    for (const major of readdirSync(folder)) {
      const [pid, dataDir] = readFileSync(join(folder, major, "data", "postmaster.pid"), "utf8").split("\n");
      // The file may be older than the machine's last start: the process must be the server of this very directory.
      if (dataDir === join(folder, major, "data") && isServerOf(Number(pid), dataDir)) process.kill(Number(pid), "SIGQUIT");
    }
  } catch {
    // No server in it, or one that is not ours to stop.
  }
  try {
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  } catch {
    // Another user's.
  }
}

function isServerOf(pid: number, dataDir: string): boolean {
  try {
    return readFileSync(`/proc/${String(pid)}/cmdline`, "utf8").includes(dataDir);
  } catch {
    // Without /proc: alive is all we can tell.
    return process.platform !== "linux" && isAlive(pid);
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}
