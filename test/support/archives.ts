import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { runChecked, runProgram } from "./run-program.ts";

/** Archives that the real pg_dump of three majors made; not part of the project (PGSTOW_ARCHIVES, else ../shared/archives). */
const folder = process.env["PGSTOW_ARCHIVES"] ?? fileURLToPath(new URL("../../../shared/archives", import.meta.url));

export const archiveMajors = [15, 17, 18] as const;
export const archivedDatabases = ["graphile", "large-objects"] as const;

const methods = ["gzip", "none", "lz4", "zstd"];

/** Why the archives cannot be used here; undefined when they can. */
export async function whyNoArchives(): Promise<string | undefined> {
  if (!existsSync(join(folder, "README.md"))) return "no folder of sample archives: set PGSTOW_ARCHIVES";
  const [xz, tar] = await Promise.all(["xz", "tar"].map((name) => runProgram(name, ["--version"]).catch(() => undefined)));
  return xz?.code === 0 && tar?.code === 0 ? undefined : "no xz or no tar on PATH to unpack them with";
}

/** Names of the archives of one database and major, as they are stored. */
export function archiveNames(database: string, major: number): string[] {
  const stems = [`${database}-${String(major)}`, ...methods.map((method) => `${database}-${String(major)}-${method}`)];
  const ends = [".dump", ".dump.xz", ".dir.tar.xz", ".tar.xz"];
  return stems.flatMap((stem) => ends.map((end) => `${stem}${end}`)).filter((name) => existsSync(join(folder, name)));
}

/** Unpacks an archive into a folder; gives the path of what pg_dump wrote. */
export async function unpackArchive(name: string, into: string): Promise<string> {
  const stored = join(folder, name);
  if (!name.endsWith(".xz")) return stored;
  const target = join(into, name.replace(/(\.dir\.tar)?\.xz$/, ""));
  if (!name.endsWith(".dir.tar.xz")) {
    await runChecked("sh", ["-c", 'xz -dc "$1" > "$2"', "sh", stored, target]);
    return target;
  }
  await mkdir(target);
  await runChecked("tar", ["-xJf", stored, "-C", target]);
  return join(target, "dir");
}

/** What pg_dump printed of the database of large objects. */
export function readArchivedScript(major: number): Promise<string> {
  return runChecked("xz", ["-dc", join(folder, `large-objects-${String(major)}.sql.xz`)]);
}
