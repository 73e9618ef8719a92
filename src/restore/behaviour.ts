import type { Entry } from "../archive/entry.ts";
import type { EntryStatement } from "../archive/plain/entry-statements.ts";

/** How a restore goes about its work. Without any of it: one transaction, all of it or nothing. */
export interface RestoreBehaviour {
  /** One transaction for all, none, or a new one after so many objects (pg_restore --transaction-size). */
  readonly transaction?: "all" | "none" | number;
  /** What follows a statement that the server refuses, where there is no transaction. */
  readonly onError?: "stop" | "continue";
  /** Connections at once, where there is no transaction. */
  readonly jobs?: number;
  /** The whole database is thrown away after an error, so that nothing need wait to see whether there is one. */
  readonly disposable?: boolean;
  /** A database was dropped before the restore, and no rollback brings it back. */
  readonly droppedBefore?: boolean;
  /** Rows of a table that could not be made are left out, instead of going into whatever has its name. */
  readonly noDataForFailedTables?: boolean;
  /** Told of everything that the server refuses, in order, before the restore goes on or ends. */
  readonly onFailure?: (failure: RestoreFailure) => void;
  /** Told what is being done, in the words of pg_restore --verbose. */
  readonly onStep?: (text: string) => void;
}

/** Something that the server refused. */
export interface RestoreFailure {
  /** undefined for what belongs to no entry: settings of the session, BEGIN and COMMIT. */
  readonly entry: Entry | undefined;
  /** The server's words; `cause` is what the driver made of them. */
  readonly error: unknown;
  /** The whole of what was sent; undefined when a COPY that had begun was refused some row. */
  readonly command: string | undefined;
  /** What the command is for; undefined for data. */
  readonly part: EntryStatement["part"] | undefined;
}
