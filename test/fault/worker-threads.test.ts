import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, it } from "vitest";
import { builtProgram } from "../cli/built-program.ts";
import { runProgram } from "../support/run-program.ts";

const program = await builtProgram();

it("a process that gives its chunks up ends by itself, though a worker thread answers at that moment", async () => {
  const pool = pathToFileURL(join(dirname(program), "..", "chunk", "pool.js"));
  // The thread has its answer ready long before the main thread, which sleeps meanwhile, gives it up.
  const script = `
    import { ChunkPool } from ${JSON.stringify(pool.href)};
    const pool = new ChunkPool({ workers: 1 });
    await pool.compress([new Uint8Array(10)]);
    const given = pool.compress([new Uint8Array(1 << 20)]).catch((error) => error.code);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 500);
    await pool.close();
    process.stdout.write(await given);`;
  const result = await runProgram(process.execPath, ["--input-type=module", "-e", script]);
  expect(result).toEqual({ code: 0, stdout: "aborted", stderr: "" });
});
