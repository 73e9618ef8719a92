import type { Diagnostic, DiagnosticSink } from "../../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../../core/errors.ts";
import { alwaysQuoted } from "../../core/identifiers.ts";
import type { ProgressSink } from "../../core/progress.ts";
import { resolveSettings } from "../../postgres/settings.ts";
import type { Environment, SettingsInput } from "../../postgres/settings.ts";
import type { LineSource } from "../line-source.ts";
import { openScriptFile, scriptOfStream } from "../open-script.ts";
import { defaultPrintOptions } from "../print/print-options.ts";
import { reconnector } from "../reconnect.ts";
import { runQuietly } from "../run-statement.ts";
import { ScriptRunner } from "../script-runner.ts";
import { openScriptSession } from "../script-session.ts";
import { ScriptState } from "../script-state.ts";
import { tellConnection } from "../session-variables.ts";
import { Variables } from "../variables.ts";
import { FailureReporter } from "./failure-reporter.ts";
import { ScriptEnds } from "./script-ends.ts";
import { keepInTransaction } from "./transaction-filter.ts";

export interface ScriptRestoreOptions {
  /** Path of a script, compressed or not, or its bytes. */
  readonly script: string | AsyncIterable<Uint8Array>;
  readonly connection: SettingsInput;
  /** PG* variables that fill in what the connection leaves open; none unless given. */
  readonly environment?: Environment;
  /** SET ROLE to this first. */
  readonly role?: string;
  /** All of the script or nothing of it; unless told otherwise. */
  readonly singleTransaction?: boolean;
  readonly signal?: AbortSignal;
  readonly onProgress?: ProgressSink;
  readonly onDiagnostic?: DiagnosticSink;
  /** What \echo prints; nobody is told of results of queries. */
  readonly onOutput?: (bytes: Uint8Array) => void;
}

export interface ScriptRestoreSummary {
  readonly statements: number;
  /** Rows that COPY and INSERT brought in. */
  readonly rows: number;
  /** Bytes of the script, uncompressed. */
  readonly rawBytes: number;
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Runs a plain script as psql would, in one transaction unless told otherwise, and ends at the first error. Throws a PgstowError whose
 * message begins with `FILE:LINE:`; unless it says otherwise the target is as it was. A script that ends within the rows of a COPY or
 * before pg_dump's last line is an error too.
 */
export async function restoreScript(options: ScriptRestoreOptions): Promise<ScriptRestoreSummary> {
  throwIfAborted(options.signal);
  const source = typeof options.script === "string" ? await openScriptFile(options.script) : scriptOfStream("stdin", options.script);
  try {
    return await new ScriptRestore(options, source).run();
  } finally {
    await source.close();
  }
}

class ScriptRestore {
  readonly #options: ScriptRestoreOptions;
  readonly #source: LineSource;
  readonly #diagnostics: Diagnostic[] = [];
  readonly #atomic: boolean;
  readonly #reporter: FailureReporter;
  readonly #ends = new ScriptEnds();
  #state: ScriptState | undefined;

  constructor(options: ScriptRestoreOptions, source: LineSource) {
    this.#options = options;
    this.#source = source;
    this.#atomic = options.singleTransaction ?? true;
    this.#reporter = new FailureReporter({
      atomic: this.#atomic,
      onDiagnostic: (diagnostic) => this.#diagnose(diagnostic),
      statementsSent: () => this.#state?.statements ?? 0,
    });
  }

  async run(): Promise<ScriptRestoreSummary> {
    const state = await this.#connect();
    this.#state = state;
    try {
      if (this.#atomic) await this.#own("BEGIN");
      if (this.#options.role !== undefined) await this.#own(`SET ROLE ${alwaysQuoted(this.#options.role)}`);
      await this.#runScript(state);
      if (this.#atomic) await this.#own("COMMIT");
      return { statements: state.statements, rows: state.rows, rawBytes: this.#source.bytesRead, diagnostics: this.#diagnostics };
    } finally {
      // A session that ends in a transaction takes all of it back.
      await state.session.close();
    }
  }

  async #connect(): Promise<ScriptState> {
    const { connection, environment = {}, signal } = this.#options;
    const onDiagnostic = (diagnostic: Diagnostic): void => this.#diagnose(diagnostic);
    const input = { ...connection, onDiagnostic: connection.onDiagnostic ?? onDiagnostic };
    const connectOptions = { signal, onDiagnostic };
    const session = await openScriptSession(await resolveSettings(input, environment), connectOptions);
    const variables = new Variables();
    variables.set("ON_ERROR_STOP", "on");
    variables.set("QUIET", "on");
    const state = new ScriptState(session, variables, defaultPrintOptions(), {
      console: {
        write: (bytes) => {
          this.#options.onOutput?.(bytes);
          return undefined;
        },
        say: (bytes) => this.#diagnose({ severity: "warning", code: "script", message: Buffer.from(bytes).toString().trimEnd() }),
      },
      reporter: this.#reporter,
      environment,
      input: this.#source,
      openScript: (path) => openScriptFile(path),
      ...(this.#atomic ? {} : { reconnect: reconnector(input, environment, connectOptions) }),
      connectRefusal: [
        "another database does not fit into a single transaction",
        "Use --no-single-transaction to run the script as it stands.",
      ],
      describeConnectionError: (error) => error.message,
      mayWriteFiles: false,
      onCopyCut: () => "the script ends within the rows",
      onRows: () => this.#report(),
    });
    this.#reporter.encoding = () => state.session.textEncoding;
    state.dropsResults = true;
    tellConnection(state);
    return state;
  }

  async #runScript(state: ScriptState): Promise<void> {
    const runner = new ScriptRunner(state, {
      ...(this.#atomic ? { filter: keepInTransaction() } : {}),
      onComment: (line) => this.#ends.see(line),
      onStatement: () => this.#report(),
      keepsEmptyLines: true,
    });
    const outcome = await runner.runScript(this.#source).catch((error: unknown) => {
      throw this.#reporter.failure ?? this.#withPlace(error);
    });
    const { name, lineNumber } = this.#source;
    if (this.#reporter.failure !== undefined) throw this.#reporter.failure;
    if (outcome === "not-a-script")
      throw new PgstowError("not-an-archive", `"${name}" is no script, but an archive of pg_dump's custom format`);
    if (outcome === "no-connection") throw new PgstowError("connection-lost", `${name}: there is no session any more`);
    if (this.#ends.isCut && outcome !== "quit") {
      throw this.#cut(`${name}:${String(lineNumber)}: the script ends before its last line, "-- PostgreSQL database dump complete"`);
    }
    if (state.statements === 0) throw this.#cut(`${name}: the script holds no statements`);
    if (this.#atomic && state.session.transaction !== "in-transaction") {
      throw new PgstowError("server", `${name}: the script ended the transaction that it ran in`);
    }
  }

  #cut(message: string): PgstowError {
    return new PgstowError("corrupt", `${message}${this.#atomic ? "; nothing was changed" : ""}`, {
      hint: "The file is not whole: look how it was made, or take another one.",
    });
  }

  /** What is wrong with the file itself, or with the session. */
  #withPlace(error: unknown): unknown {
    if (!(error instanceof PgstowError) || error.code === "aborted") return error;
    const { name, lineNumber } = this.#source;
    const consequence = this.#atomic ? "; nothing was changed" : "";
    return new PgstowError(error.code, `${name}:${String(lineNumber)}: ${error.message}${consequence}`, {
      cause: error,
      context: error.context,
      ...(error.hint === undefined ? {} : { hint: error.hint }),
    });
  }

  async #own(sql: string): Promise<void> {
    const ok = await runQuietly(this.#state!, sql);
    if (!ok) throw this.#reporter.failure ?? new PgstowError("server", `the server refused ${sql}`);
  }

  #diagnose(diagnostic: Diagnostic): void {
    this.#diagnostics.push(diagnostic);
    this.#options.onDiagnostic?.(diagnostic);
  }

  #report(): void {
    this.#options.onProgress?.({
      phase: "restore",
      entriesDone: this.#state?.statements ?? 0,
      entriesTotal: 0,
      rows: this.#state?.rows ?? 0,
      rawBytes: this.#source.bytesRead,
      rawBytesTotal: 0,
    });
  }
}
