import { link, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { spareArchives } from "./spare-archives.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-spare-"));
});
afterEach(() => rm(folder, { recursive: true }));

async function fileOf(name: string, bytes: Uint8Array): Promise<string> {
  await writeFile(join(folder, name), bytes);
  return join(folder, name);
}

const custom = Buffer.from("PGDMP\u0001\u000e");
const stow = Buffer.from("502a4d1804000000", "hex");

test("a script does not take the place of the archive that it comes from, by whatever name", async () => {
  const archive = await fileOf("a.dump", custom);
  await link(archive, join(folder, "b.dump"));
  for (const manner of ["pgstow", "pg_restore"] as const) {
    const refused = expect(spareArchives({ output: join(folder, "b.dump"), archive, manner })).rejects;
    await refused.toMatchObject({ code: "exists", message: expect.stringContaining("the archive that is to be read") as unknown });
  }
});

test("nor that of another archive, but in pg_restore's manner it does", async () => {
  const archive = await fileOf("a.dump", custom);
  for (const output of [
    await fileOf("b.sql.zst", stow),
    await fileOf("c.dump", custom),
    await fileOf("d.zst", Buffer.from("28b52ffd00", "hex")),
  ]) {
    await expect(spareArchives({ output, archive, manner: "pgstow" })).rejects.toMatchObject({ code: "exists" });
    await spareArchives({ output, archive, manner: "pg_restore" });
  }
});

test("it takes that of a script, of an empty file and of nothing", async () => {
  const archive = await fileOf("a.dump", custom);
  const scripts = [await fileOf("b.sql", Buffer.from("SELECT 1;\n")), await fileOf("c.sql", Buffer.alloc(0)), join(folder, "new.sql")];
  for (const output of [...scripts, undefined]) await spareArchives({ output, archive, manner: "pgstow" });
});
