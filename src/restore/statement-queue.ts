import type { Entry } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";
import type { RestoreFailure } from "./behaviour.ts";

/** Statements under way: enough to hide a slow link, few enough to stop soon. */
const STATEMENTS_MAX = 500;
const CHARACTERS_MAX = 8 << 20;

export interface QueuedStatement {
  readonly entry: Entry;
  /** What was sent, for the report of a failure. */
  readonly command: string;
  readonly answer: Promise<unknown>;
  /** What the command is for; undefined for data. */
  readonly part?: RestoreFailure["part"];
}

interface Pending extends QueuedStatement {
  outcome?: { readonly error: unknown };
}

export interface QueueOptions {
  /** Each statement is answered before the next one is sent. */
  readonly waits: boolean;
  readonly onError: "stop" | "continue";
  /** Resolves when the connection takes more. */
  readonly room: () => Promise<void>;
  readonly onFailure: (failure: RestoreFailure) => void;
  /** Told what the server works on now. */
  readonly onHead: (entry: Entry) => void;
}

/** Statements that have been sent and are not answered yet; the answers come in the order of sending. */
export class StatementQueue {
  /** dumpIds of entries whose objects could not be made. */
  readonly failedToMake = new Set<number>();
  readonly #options: QueueOptions;
  readonly #pending: Pending[] = [];
  #characters = 0;
  #errors = 0;
  #failure: RestoreFailure | undefined;
  #wake: (() => void) | undefined;

  constructor(options: QueueOptions) {
    this.#options = options;
  }

  /** Errors that were passed over. */
  get errors(): number {
    return this.#errors;
  }

  /** The first failure that ends the work; what the server said about later statements is only its consequence. */
  get failure(): RestoreFailure | undefined {
    return this.#failure;
  }

  /** What the server works on now. */
  get head(): Entry | undefined {
    return this.#pending[0]?.entry;
  }

  /** Takes a statement that has just been sent; resolves when the next one may be. */
  async add(queued: QueuedStatement): Promise<void> {
    const statement: Pending = { ...queued };
    this.#pending.push(statement);
    this.#characters += statement.command.length;
    if (this.#pending.length === 1) this.#options.onHead(statement.entry);
    statement.answer.then(
      () => this.#answered(statement),
      (error: unknown) => this.#answered(statement, error),
    );
    if (this.#options.waits) return this.settle();
    await this.#below(STATEMENTS_MAX, CHARACTERS_MAX);
    await this.#options.room();
  }

  /** Resolves when everything has been answered, one way or the other. */
  settle(): Promise<void> {
    return this.#below(1, 1);
  }

  /** Counts a failure of something that was not sent through the queue. */
  fail(failure: RestoreFailure): void {
    const { error, entry } = failure;
    const isServers = error instanceof PgstowError && error.code === "server";
    const stops = this.#options.onError === "stop" || !isServers;
    if (stops && this.#failure !== undefined) return;
    if (stops) this.#failure = failure;
    else this.#errors++;
    if (entry !== undefined) this.#options.onFailure(failure);
  }

  async #below(statements: number, characters: number): Promise<void> {
    while (this.#pending.length > 0 && (this.#pending.length >= statements || this.#characters >= characters)) {
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  /** What is heard of an answer later than of those behind it is still reported before them. */
  #answered(statement: Pending, error?: unknown): void {
    statement.outcome = { error };
    for (let [head] = this.#pending; head?.outcome !== undefined; [head] = this.#pending) {
      this.#pending.shift();
      this.#characters -= head.command.length;
      if (head.outcome.error !== undefined) this.#failed(head, head.outcome.error);
    }
    const { head } = this;
    if (head !== undefined) this.#options.onHead(head);
    this.#wake?.();
  }

  #failed({ entry, command, part }: Pending, error: unknown): void {
    if (part === "definition") this.failedToMake.add(entry.dumpId);
    this.fail({ entry, error, command: isAboutRow(error) ? undefined : command, part });
  }
}

/** The COPY itself had been accepted. */
function isAboutRow(error: unknown): boolean {
  return error instanceof PgstowError && /^COPY .*, line \d+/m.test(error.context.where ?? "");
}
