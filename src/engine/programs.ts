import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";

import { PgstowError } from "../core/errors.ts";
import type { Environment } from "../postgres/settings.ts";
import { isShim } from "./shim-mark.ts";

/** One of PostgreSQL's own programs on this machine. */
export interface Program {
  readonly name: string;
  readonly path: string;
  /** As it says itself: "15.18 (Debian 15.18-0+deb12u1)". */
  readonly version: string;
  readonly major: number;
}

const VERSION_MS_MAX = 30_000;

/**
 * Finds a program on the environment's PATH, behind our own stand-ins for it, and asks it for its version. Throws a PgstowError `program`.
 */
export async function findProgram(name: "pg_dump" | "pg_restore", environment: Environment): Promise<Program> {
  const path = await onPath(name, environment["PATH"] ?? "");
  if (path === undefined) {
    throw new PgstowError("program", `there is no ${name} on PATH`, {
      hint: "Install PostgreSQL's client programs, or use the native engine, which needs none.",
    });
  }
  const said = await askVersion(path, environment);
  // PostgreSQL's own say "pg_dump (PostgreSQL) 15.18".
  const [, version = "", major = ""] = /^\S+ \(PostgreSQL\) ((\d+).*)$/m.exec(said) ?? [];
  if (major === "") {
    throw new PgstowError("program", `"${path}" is not PostgreSQL's ${name}: it calls itself ${JSON.stringify(said.trim().slice(0, 80))}`);
  }
  return { name, path, version: version.trim(), major: Number(major) };
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder === "" ? "." : folder, name);
    const isThere = await access(candidate, constants.X_OK).then(
      () => true,
      () => false,
    );
    if (isThere && !(await isShim(candidate))) return candidate;
  }
  return undefined;
}

async function askVersion(path: string, environment: Environment): Promise<string> {
  try {
    const { stdout } = await promisify(execFile)(path, ["--version"], { env: { ...environment }, timeout: VERSION_MS_MAX });
    return stdout;
  } catch (error) {
    throw new PgstowError(
      "program",
      `"${path}" does not run: ${error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
