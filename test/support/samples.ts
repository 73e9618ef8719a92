import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findProgram } from "./programs.ts";
import { runChecked, runProgram } from "./run-program.ts";
import type { TestServer } from "./server.ts";

/** Databases as the real pg_dump of three majors printed them; not part of the project (PGSTOW_SAMPLES, else ../shared/samples). */
const folder = process.env["PGSTOW_SAMPLES"] ?? fileURLToPath(new URL("../../../shared/samples", import.meta.url));

export const sampleNames = ["pagila", "airlines", "graphile", "supabase_full", "adventureworks"] as const;
export const sampleMajors = [15, 17, 18] as const;

/** Why the samples cannot be used here; undefined when they can. */
export async function whyNoSamples(): Promise<string | undefined> {
  if (!existsSync(join(folder, "roles.sql"))) return "no folder of sample dumps: set PGSTOW_SAMPLES";
  if ((await findProgram("psql")) === undefined) return "no psql on PATH to load them with: install postgresql-client";
  const xz = await runProgram("xz", ["--version"]).catch(() => undefined);
  return xz?.code === 0 ? undefined : "no xz on PATH to unpack them with: install xz-utils";
}

export function hasSample(name: string, major: number): boolean {
  return existsSync(samplePath(name, major));
}

/** What pg_dump of that major, with `--restrict-key=oracle`, prints for it. */
export function readSample(name: string, major: number): Promise<string> {
  return runChecked("xz", ["-dc", samplePath(name, major)]);
}

/** Makes the roles that samples need; they stay for the life of the server. */
export async function createSampleRoles(server: TestServer): Promise<void> {
  await server.query("postgres", await readFile(join(folder, "roles.sql"), "utf8"));
}

function samplePath(name: string, major: number): string {
  return join(folder, `${name}-${String(major)}.sql.xz`);
}
