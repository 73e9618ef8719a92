import type { ChildProcess } from "node:child_process";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync } from "node:fs";
import { chmod, chown, mkdir, mkdtemp, readFile, rename, rm, stat } from "node:fs/promises";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Binaries } from "./binaries.ts";
import { runChecked } from "./run-program.ts";

/** A server of our own: trusts everybody on this machine, superuser `postgres`, UTF8 and C.UTF-8. */
export interface Cluster {
  readonly binaries: Binaries;
  readonly host: "127.0.0.1";
  readonly port: number;
  readonly socketDir: string;
  readonly dataDir: string;
  readonly pid: number;
  /** Ends it at once, without a checkpoint; its folder is left to whoever made it. */
  stop(): Promise<void>;
}

export interface ClusterOptions {
  /** An existing folder below ones that the server's user can traverse; `data`, unless it is there, `socket` and `server.log` are made in it. */
  readonly folder: string;
  /** A free one is taken when this is not given. */
  readonly port?: number;
  /** Over and above the ones for tests. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Outlives this process. */
  readonly detached?: boolean;
  /** Keeps an initialised data directory here, and copies it the next time. */
  readonly initCache?: string;
}

/**
 * Fast and forgetful; ready for subscriptions, prepared transactions and many locks; no background work that changes statistics.
 * max_connections stays at its default, and shared_buffers at initdb's: by their ratio the server decides how many pages COPY adds at a time, and so
 * where in a table rows come to lie, and in which order they are dumped.
 */
export const testSettings: Readonly<Record<string, string>> = {
  fsync: "off",
  synchronous_commit: "off",
  full_page_writes: "off",
  wal_level: "logical",
  max_wal_size: "4GB",
  shared_buffers: "128MB",
  max_prepared_transactions: "20",
  max_locks_per_transaction: "256",
  autovacuum: "off",
  jit: "off",
  timezone: "UTC",
  log_timezone: "UTC",
  log_min_messages: "warning",
};

/** initdb and start; back when the server accepts connections. */
export async function startCluster(binaries: Binaries, options: ClusterOptions): Promise<Cluster> {
  const dataDir = join(options.folder, "data");
  await chmod(options.folder, 0o755);
  await makeDataDir(binaries, dataDir, options.initCache);
  // Another program can take a free port between the look and the start.
  for (let attempt = 1; ; attempt++) {
    const port = options.port ?? (await freePort());
    try {
      return await startPostmaster(binaries, dataDir, port, options);
    } catch (error) {
      if (options.port !== undefined || attempt === 3) throw error;
    }
  }
}

async function makeDataDir(binaries: Binaries, dataDir: string, cache: string | undefined): Promise<void> {
  if (await isComplete(dataDir)) return;
  const owner = binaries.user;
  const cached = cache === undefined ? undefined : join(cache, `data-${binaries.version}-${owner?.name ?? "self"}`);
  if (cached !== undefined && (await isComplete(cached))) {
    await copyDataDir(cached, dataDir);
    return;
  }
  await mkdir(dataDir, { mode: 0o700 });
  if (owner) await chown(dataDir, owner.uid, owner.gid);
  const locale = process.platform === "linux" ? "C.UTF-8" : "C";
  const flags = ["--encoding=UTF8", `--locale=${locale}`, "--username=postgres", "--auth=trust", "--no-sync"];
  await runChecked(join(binaries.bin, "initdb"), [...flags, "-D", dataDir], { user: owner, cwd: "/", env: serverEnvironment() });
  if (cached !== undefined) await keepDataDir(dataDir, cached);
}

async function isComplete(dataDir: string): Promise<boolean> {
  return stat(join(dataDir, "PG_VERSION")).then(
    () => true,
    () => false,
  );
}

async function keepDataDir(dataDir: string, cached: string): Promise<void> {
  await mkdir(join(cached, ".."), { recursive: true });
  const work = await mkdtemp(`${cached}-`);
  await copyDataDir(dataDir, join(work, "data"));
  // Whoever comes second finds the name taken by the same thing.
  await rename(join(work, "data"), cached).catch(() => undefined);
  await rm(work, { recursive: true, force: true });
}

/** `cp -a` keeps owners, which Node's cp does not. */
async function copyDataDir(from: string, to: string): Promise<void> {
  await runChecked("cp", ["-a", from, to]);
}

async function startPostmaster(binaries: Binaries, dataDir: string, port: number, options: ClusterOptions): Promise<Cluster> {
  const socketDir = join(options.folder, "socket");
  await mkdir(socketDir, { recursive: true });
  if (binaries.user) await chown(socketDir, binaries.user.uid, binaries.user.gid);
  const settings = {
    ...testSettings,
    ...options.settings,
    listen_addresses: "127.0.0.1",
    port: String(port),
    unix_socket_directories: socketDir,
  };
  const log = openSync(join(options.folder, "server.log"), "a");
  const child = spawn(
    join(binaries.bin, "postgres"),
    ["-D", dataDir, ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])],
    {
      cwd: "/",
      env: serverEnvironment(),
      stdio: ["ignore", log, log],
      detached: options.detached ?? false,
      ...(binaries.user === undefined ? {} : { uid: binaries.user.uid, gid: binaries.user.gid }),
    },
  );
  closeSync(log);
  child.unref();
  await waitUntilReady(child, dataDir, join(options.folder, "server.log"));
  if (child.pid === undefined) throw new Error("a server without a process id");
  return { binaries, host: "127.0.0.1", port, socketDir, dataDir, pid: child.pid, stop: () => stopPostmaster(child) };
}

/** The eighth line of postmaster.pid says "ready" as soon as connections are accepted. */
async function waitUntilReady(child: ChildProcess, dataDir: string, logFile: string): Promise<void> {
  let failure: Error | undefined;
  child.once("error", (error) => (failure = error));
  child.once("exit", (code) => (failure ??= new Error(`the server ended with exit code ${String(code)}`)));
  for (let waitedMs = 0; waitedMs < 60_000; waitedMs += 20) {
    if (failure) break;
    const lines = (await readFile(join(dataDir, "postmaster.pid"), "utf8").catch(() => "")).split("\n");
    if (lines[7]?.trim() === "ready") return;
    await sleep(20);
  }
  const log = (await readFile(logFile, "utf8").catch(() => "")).trim().split("\n").slice(-8).join("\n");
  await stopPostmaster(child);
  throw new Error(`no server from ${dataDir}: ${failure?.message ?? "not ready after a minute"}\n${log}`);
}

async function stopPostmaster(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  child.ref();
  const ended = once(child, "exit");
  child.kill("SIGQUIT");
  await ended;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, "close");
  return port;
}

/** Neither PG* variables nor the caller's locale and time zone shall shape a server. */
function serverEnvironment(): NodeJS.ProcessEnv {
  return { PATH: process.env["PATH"] ?? "", LC_ALL: "C", TZ: "UTC" };
}
