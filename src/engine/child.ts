import { spawn } from "node:child_process";
import type { ChildProcess } from "node:child_process";
import type { Readable, Writable } from "node:stream";

import type { Sink } from "../archive/archive.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { abortedError, PgstowError, throwIfAborted } from "../core/errors.ts";
import { streamSink } from "../store/stream.ts";
import type { Environment } from "../postgres/settings.ts";
import type { Program } from "./programs.ts";

export interface ChildOptions {
  readonly arguments: readonly string[];
  readonly environment: Environment;
  readonly signal?: AbortSignal | undefined;
  /** Takes what it says on standard error, line by line, but for the error that ends it. */
  readonly onDiagnostic: DiagnosticSink;
  /** Takes its standard output, one piece after the other. */
  readonly output?: ((bytes: Uint8Array) => Promise<void>) | undefined;
  /** Writes its standard input; ends by `finish`. */
  readonly input?: ((sink: Sink) => Promise<unknown>) | undefined;
}

/** How long it may take to end after a signal. */
const ENDING_MS_MAX = 10_000;

/**
 * Runs a program to its end. When the signal is aborted or the output fails, it is told to end, and later killed. Throws a PgstowError
 * `program` with the words of the program when it fails.
 */
export async function runChild(program: Program, options: ChildOptions): Promise<void> {
  throwIfAborted(options.signal);
  const child = spawn(program.path, [...options.arguments], {
    env: { ...options.environment },
    stdio: [options.input === undefined ? "ignore" : "pipe", options.output === undefined ? "ignore" : "pipe", "pipe"],
  });
  const end = endOf(child);
  const stop = (): void => {
    child.kill("SIGTERM");
    setTimeout(() => child.kill("SIGKILL"), ENDING_MS_MAX).unref();
  };
  options.signal?.addEventListener("abort", stop, { once: true });
  try {
    const words = new Words(program, options.onDiagnostic);
    const work = [words.read(child.stderr), pump(child.stdout, options.output), feed(child.stdin, options.input)];
    const failure = await firstFailure(work, stop);
    const code = await end;
    if (options.signal?.aborted === true) throw abortedError(options.signal);
    // What the program says of its end explains why its input was not taken, and not the other way round.
    if (code !== 0 && !(failure instanceof PgstowError && failure.code !== "file")) throw words.failure(code);
    if (failure !== undefined) throw failure;
    words.rest();
  } finally {
    options.signal?.removeEventListener("abort", stop);
  }
}

/** Its exit code; -1 when a signal ended it. Never rejects before somebody waits for it. */
function endOf(child: ChildProcess): Promise<number> {
  const end = new Promise<number>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve(code ?? -1));
  });
  end.catch(() => undefined);
  return end;
}

/** Waits for all; the first error stops the program, and what fails afterwards is its consequence. */
async function firstFailure(work: readonly Promise<void>[], stop: () => void): Promise<Error | undefined> {
  let failure: Error | undefined;
  await Promise.all(
    work.map((each) =>
      each.catch((error: unknown) => {
        failure ??= error instanceof Error ? error : new PgstowError("internal", "the work failed for no reason", { cause: error });
        stop();
      }),
    ),
  );
  return failure;
}

async function pump(stream: Readable | null, take: ChildOptions["output"]): Promise<void> {
  if (stream === null || take === undefined) return;
  for await (const bytes of stream) await take(bytes as Uint8Array);
}

async function feed(stream: Writable | null, write: ChildOptions["input"]): Promise<void> {
  if (stream === null || write === undefined) return;
  const sink = streamSink(stream, "standard input of the program");
  await write({
    ...sink,
    // The memory is used again, and a pipe may keep what it was given.
    write: (bytes) => sink.write(Buffer.from(bytes)),
    finish: async () => {
      await sink.finish();
      stream.end();
    },
    abort: async () => {
      await sink.abort();
      stream.destroy();
    },
  });
}

const LINES_MAX = 50;

/** What a program says on standard error: `pg_dump: warning: ...`, `pg_dump: detail: ...`. */
class Words {
  readonly #program: Program;
  readonly #onDiagnostic: DiagnosticSink;
  /** Errors so far. */
  readonly #errors: string[] = [];
  /** The last line that claims to be nothing: a wrong argument is refused by such a one. */
  #last: string | undefined;
  #warning: { message: string; details: string[] } | undefined;

  constructor(program: Program, onDiagnostic: DiagnosticSink) {
    this.#program = program;
    this.#onDiagnostic = onDiagnostic;
  }

  async read(stream: Readable | null): Promise<void> {
    let rest = "";
    stream?.setEncoding("utf8");
    for await (const text of stream ?? []) {
      const lines = (rest + String(text)).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#line(line);
    }
    if (rest !== "") this.#line(rest);
    this.#tellWarning();
  }

  #line(line: string): void {
    const [, level = "", words = line] =
      new RegExp(`^(?:\\S*/)?${this.#program.name}: (?:(error|warning|detail|hint): )?(.*)$`).exec(line) ?? [];
    if (level === "error") {
      this.#tellWarning();
      this.#errors.push(words);
    } else if (level === "warning") {
      this.#tellWarning();
      this.#warning = { message: words, details: [] };
    } else if (this.#warning !== undefined && (level !== "" || line === words)) this.#warning.details.push(words);
    else if (this.#errors.length > 0 && (level !== "" || line === words)) this.#errors.push(words);
    else if (level === "" && words.trim() !== "") this.#say(words);
    // The first error explains the others.
    this.#errors.splice(LINES_MAX);
  }

  #say(words: string): void {
    this.#last = words;
    this.#tell({ severity: "info", message: words });
  }

  #tellWarning(): void {
    if (this.#warning === undefined) return;
    const { message, details } = this.#warning;
    this.#warning = undefined;
    this.#tell({ severity: "warning", message, ...(details.length === 0 ? {} : { details }) });
  }

  #tell(diagnostic: Omit<Parameters<DiagnosticSink>[0], "code">): void {
    this.#onDiagnostic({ ...diagnostic, code: this.#program.name });
  }

  /** Errors that did not end it are worth a warning. */
  rest(): void {
    for (const message of this.#errors) this.#tell({ severity: "warning", message });
  }

  failure(code: number): PgstowError {
    const [first, ...others] = this.#errors;
    const { name, version } = this.#program;
    const why =
      first ??
      (code === -1
        ? "it was ended by a signal"
        : `it ended with exit code ${code.toString()}${this.#last === undefined ? "" : `: ${this.#last}`}`);
    return new PgstowError("program", `${name} ${version}: ${why}`, others.length === 0 ? {} : { context: { detail: others.join("\n") } });
  }
}
