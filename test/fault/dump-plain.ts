import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump } from "../../src/index.ts";

/** The plain text of a dump by the library. */
export async function dumpPlain(connection: string, options: { readonly snapshot?: string } = {}): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "pgstow-plain-"));
  try {
    const file = join(folder, "dump.sql");
    await dump({ connection, file, format: "plain", restrictKey: "k", ...options });
    return await readFile(file, "utf8");
  } finally {
    await rm(folder, { recursive: true });
  }
}
