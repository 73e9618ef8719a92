import type { Connection, Submittable } from "pg";
import { PgstowError } from "../core/errors.ts";
import { encodeQuery } from "./messages.ts";
import type { Wire } from "./wire.ts";

/** A COPY statement and what reads or writes its data. */
export interface CopyStatement {
  readonly sql: string;
  /** Called when the statement goes out; may divert what comes in. */
  readonly onSent?: (wire: Wire) => void;
  /** Called when the server waits for rows. */
  readonly onCopyIn?: (wire: Wire) => void;
  /** Called with each command tag, when there are several statements. */
  readonly onTag?: (tag: string) => void;
}

/** The driver's view of a COPY: it sends the statement and sees its end; the data passes it by. */
export class CopyQuery implements Submittable {
  readonly #statement: CopyStatement;
  readonly #wire: Wire;
  readonly #resolve: (tag: string) => void;
  readonly #reject: (error: unknown) => void;
  #tag = "";

  constructor(statement: CopyStatement, wire: Wire, resolve: (tag: string) => void, reject: (error: unknown) => void) {
    this.#statement = statement;
    this.#wire = wire;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  submit(connection: Connection): void {
    this.#statement.onSent?.(this.#wire);
    if (this.#wire.textForm === "utf8") connection.query(this.#statement.sql);
    else this.#wire.write(encodeQuery(this.#statement.sql, this.#wire.textForm));
  }

  handleCopyInResponse(): void {
    if (this.#statement.onCopyIn === undefined) this.#wire.write(COPY_FAIL);
    else this.#statement.onCopyIn(this.#wire);
  }

  handleCommandComplete(message: { text: string }): void {
    this.#tag = message.text;
    this.#statement.onTag?.(message.text);
  }

  handleReadyForQuery(): void {
    this.#resolve(this.#tag);
  }

  handleError(error: unknown): void {
    this.#reject(error);
  }

  handleRowDescription(): void {
    // Not a COPY: the statement's rows are nobody's.
  }

  handleDataRow(): void {
    // As above.
  }

  handleCopyData(): void {
    // Diverted before it gets here.
  }

  handleEmptyQuery(): void {
    // The tag stays empty.
  }

  handlePortalSuspended(): void {
    // Not in the simple protocol.
  }
}

/** The driver's view of a statement that is on its way already. */
export class SentQuery extends CopyQuery {
  readonly #wire: Wire;
  readonly #fail: (error: unknown) => void;
  #copiesExpected: number;

  constructor(copies: number, wire: Wire, resolve: (tag: string) => void, reject: (error: unknown) => void) {
    super({ sql: "" }, wire, resolve, reject);
    this.#copiesExpected = copies;
    this.#wire = wire;
    this.#fail = reject;
  }

  override submit(): void {
    // It has been written to the wire.
  }

  override handleCopyInResponse(): void {
    if (this.#copiesExpected-- > 0) return;
    this.#fail(new PgstowError("unsupported", "a statement of the archive wants rows that the archive does not have"));
    this.#wire.destroy();
  }
}

/** CopyFail with the reason "no rows". */
const COPY_FAIL = Buffer.from("f\0\0\0\x0cno rows\0", "latin1");
