import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { PgstowError } from "../core/errors.ts";
import { type HookRun, runHook } from "./hook.ts";

describe("a hook", () => {
  let folder = "";
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-hook-"));
  });
  afterAll(() => rm(folder, { recursive: true }));

  /** What it prints, and how it fails. */
  async function run(command: string, more: Partial<HookRun> = {}): Promise<{ printed: string; failure: string | undefined }> {
    const pieces: Buffer[] = [];
    const onOutput = (bytes: Uint8Array): void => {
      pieces.push(Buffer.from(bytes));
      more.onOutput?.(bytes);
    };
    const hook = { name: "before", command, input: {}, timeout: undefined, secrets: [], signal: undefined, ...more, onOutput };
    const failure = await runHook(hook).then(
      () => undefined,
      (error: unknown) => {
        expect(error).toBeInstanceOf(PgstowError);
        return (error as PgstowError).message;
      },
    );
    return { printed: Buffer.concat(pieces).toString(), failure };
  }

  it("gets JSON, and what it prints is passed on without secrets", async () => {
    const file = join(folder, "input.json");
    const secrets = ["geheim", "m+x"];
    const out = await run(`cat > '${file}'; printf 'geheim and gehei'`, { input: { id: "x" }, secrets });
    expect(out).toEqual({ printed: "*** and gehei", failure: undefined });
    const err = await run("printf 'm%%2Bx\\n' >&2", { secrets });
    expect(err).toEqual({ printed: "***\n", failure: undefined });
    expect(JSON.parse(await readFile(file, "utf8"))).toEqual({ id: "x" });
  });

  it("need not read, and tells how it failed", async () => {
    expect(await run("exit 3", { input: "x".repeat(1 << 20) })).toEqual({ printed: "", failure: 'the hook "before" failed: exit code 3' });
    expect((await run("kill -KILL $$")).failure).toBe('the hook "before" failed: ended by SIGKILL');
    expect((await run("no-such-command-here")).failure).toBe('the hook "before" failed: exit code 127');
  });

  it("is ended after its timeout, even one that does not want to, and not before", async () => {
    expect(await run("echo begun; exec sleep 600", { timeout: 1 })).toEqual({
      printed: "begun\n",
      failure: 'the hook "before" took longer than 1 seconds and was ended',
    });
    const stubborn = "trap '' TERM; while :; do sleep 0.2; done";
    expect((await run(stubborn, { timeout: 0.2 })).failure).toBe('the hook "before" took longer than 0.2 seconds and was ended');
    expect((await run("true", { timeout: 600 })).failure).toBeUndefined();
  });

  it("is ended by an interruption", async () => {
    const interruption = new AbortController();
    const onOutput = (): void => {
      interruption.abort(new PgstowError("aborted", "interrupted"));
    };
    expect(await run("echo begun; exec sleep 600", { signal: interruption.signal, onOutput })).toEqual({
      printed: "begun\n",
      failure: "interrupted",
    });
    expect(await run("echo never", { signal: interruption.signal })).toEqual({ printed: "", failure: "interrupted" });
  });

  it("may leave something running", async () => {
    const { printed, failure } = await run("sleep 600 & echo $!");
    process.kill(Number(printed));
    expect(failure).toBeUndefined();
  });
});
