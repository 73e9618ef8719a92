import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";

import { describe, expect, test } from "vitest";

import { openPlainWriter } from "../../src/archive/plain/writer.ts";
import { memorySink } from "../../src/store/memory.ts";
import { metadataOf, rowsOf, scriptOf } from "./material.ts";
import { parseScript } from "./sample-entries.ts";

const folder = new URL("../../../shared/samples/", import.meta.url).pathname;
const names = ["airlines", "graphile", "pagila", "supabase_full"].flatMap((name) => [15, 17, 18].map((major) => `${name}-${major}`));

describe.each(names)("the plain text of %s", (name) => {
  const path = `${folder}${name}.sql.xz`;
  test.skipIf(!existsSync(path))("taken apart into entries and printed again is pg_dump's (needs ../shared/samples)", async () => {
    const text = execFileSync("xz", ["-dc", path], { maxBuffer: 1 << 30 }).toString("utf8");
    const sample = parseScript(text);
    const major = Number(/-(\d+)$/.exec(name)?.[1]);
    const sink = memorySink();
    const writer = await openPlainWriter({
      metadata: metadataOf({ serverVersion: sample.serverVersion, serverVersionNum: major * 10000 }),
      script: scriptOf({ restrictKey: "oracle", dumpedBy: sample.dumpedBy }),
      entries: sample.entries,
      sink,
    });
    for (const entry of sample.entries) {
      if (entry.data === "rows") await writer.data(entry, rowsOf(sample.rows.get(entry.dumpId) ?? ""));
    }
    await writer.finish();
    expect(Buffer.from(sink.bytes ?? "").toString("utf8")).toBe(text);
  });
});
