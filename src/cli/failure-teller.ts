import { PgstowError } from "../core/errors.ts";
import type { RestoreFailure } from "../restore/behaviour.ts";
import { failureText } from "./failure-text.ts";
import type { RestoreTask } from "./restore-arguments.ts";
import type { RestoreRunContext } from "./restore-run.ts";

/** Says what the server refused as pg_restore says it. A restore that ends at it says so itself, in pgstow's own manner. */
export class FailureTeller {
  readonly #task: RestoreTask;
  readonly #context: RestoreRunContext;
  readonly #told = new Set<unknown>();
  #lastEntry: unknown;

  constructor(task: RestoreTask, context: RestoreRunContext) {
    this.#task = task;
    this.#context = context;
  }

  tell(failure: RestoreFailure): void {
    const { manner, verbose, choices } = this.#task;
    const { error, entry } = failure;
    if (manner === "pgstow" && choices.onError !== "continue") return;
    if (!(error instanceof PgstowError) || error.code !== "server") return;
    this.#told.add(error);
    if (verbose && entry !== undefined && entry !== this.#lastEntry) {
      if (this.#lastEntry === undefined) this.#context.info("while PROCESSING TOC:");
      const { classOid, oid } = entry.catalogId;
      const owner = entry.owner === "" ? "(no owner)" : entry.owner;
      this.#context.info(`from TOC entry ${String(entry.dumpId)}; ${String(classOid)} ${String(oid)} ${entry.kind} ${entry.tag} ${owner}`);
      this.#lastEntry = entry;
    }
    this.#context.say("error", failureText(failure));
  }

  /** Whether this error, or what it explains, has been told. */
  hasTold(error: unknown): boolean {
    return this.#told.has(error) || (error instanceof Error && this.#told.has(error.cause));
  }
}
