import { describe, expect, test } from "vitest";

import { openPlainWriter } from "../../src/archive/plain/writer.ts";
import { memorySink } from "../../src/store/memory.ts";
import { hasSample, readSample, sampleMajors, sampleNames } from "../support/samples.ts";
import { metadataOf, rowsOf, scriptOf } from "./material.ts";
import { parseScript } from "./sample-entries.ts";

const samples = sampleNames.flatMap((name) => sampleMajors.map((major) => ({ name, major })));

describe.each(samples)("the plain text of $name $major", ({ name, major }) => {
  test.skipIf(!hasSample(name, major))(
    "taken apart into entries and printed again is pg_dump's (needs a folder of sample dumps)",
    async () => {
      const text = await readSample(name, major);
      const sample = parseScript(text);
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
    },
  );
});
