import type { RefusedPart } from "./script-batch.ts";

/** What a restore needs of a session: one connection, used by one statement at a time. */
export interface RestoreTarget {
  /** Major version of the server. */
  readonly major: number;
  /** Runs one or more statements through the simple protocol; gives the rows of the last one, all values as text. */
  query(sql: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /**
   * Runs parts of one or more statements each, waiting for the server once. Gives the part that the server refused, if it refused one;
   * the transaction is of no use then.
   */
  runParts(parts: readonly string[]): Promise<RefusedPart | undefined>;
  /** Runs `COPY ... FROM stdin` with these bytes; gives the number of rows that the server took. */
  copyIn(sql: string, chunks: AsyncIterable<Uint8Array>): Promise<number>;
  /** Ends the session; what has not been committed is rolled back. */
  close(): Promise<void>;
}
