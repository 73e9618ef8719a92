import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { commandText, measure, memoryIsMeasured } from "./measure.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "pgstow-measure-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const node = (script: string) => [process.execPath, "-e", script];

test("the text of a command has neither paths nor addresses", () => {
  const ours = [
    "/usr/bin/node",
    "/home/somebody/pgstow/dist/cli/main.js",
    "dump",
    "-f",
    "/tmp/xyz/a.zst",
    "-d",
    "postgresql://u@127.0.0.1:5/d",
  ];
  expect(commandText({ pipeline: [ours, ["/usr/bin/zstd", "-3"]] })).toBe("pgstow dump -f a.zst -d URL | zstd -3");
});

describe("measure", () => {
  test("counts CPU seconds and the peak of a program's memory", async () => {
    const script = "const b = Buffer.alloc(200e6, 1); const end = Date.now() + 400; while (Date.now() < end) b.fill(2, 0, 1e6)";
    const cost = await measure({ pipeline: [node(script)] });
    expect(cost.cpuSeconds).toBeGreaterThan(0.02);
    expect(cost.cpuSeconds).toBeLessThan(60);
    expect(cost.wallSeconds).toBeGreaterThanOrEqual(0.4);
    if (memoryIsMeasured) expect(cost.peakBytes).toBeGreaterThan(200e6);
    else expect(cost.peakBytes).toBeNull();
  });

  test("joins programs by pipes, with arguments as they are", async () => {
    const file = join(folder, "it's here");
    const text = `"$HOME" 'quoted' \\ *`;
    const copy = node("process.stdin.pipe(process.stdout)");
    await measure({ pipeline: [[...node("process.stdout.write(process.argv[1])"), text], copy], stdout: file });
    expect(await readFile(file, "utf8")).toBe(text);
  });

  test("fails when the last program does, with what it said", async () => {
    const failing = node("console.error('no such table'); process.exitCode = 3");
    await expect(measure({ pipeline: [failing] })).rejects.toThrow(/exit code 3: no such table/);
  });

  test("ends what takes too long", async () => {
    const endless = node("setInterval(() => {}, 1000)");
    await expect(measure({ pipeline: [endless] }, 0.5)).rejects.toThrow("did not end within 0.5 s");
  });

  test("fails when a program before the last one does", async () => {
    const failing = node("process.exitCode = 4");
    await expect(measure({ pipeline: [failing, node("process.stdin.resume()")] })).rejects.toThrow("exit code 4");
  });
});
