/** What a restore needs of a session: one connection whose statements run one after the other. */
export interface RestoreTarget {
  /** Major version of the server. */
  readonly major: number;
  /** Runs one or more statements through the simple protocol; gives the rows of the last one, all values as text. */
  query(sql: string): Promise<readonly Readonly<Record<string, string | null>>[]>;
  /**
   * Sends one or more statements without waiting for what is still under way; gives what becomes of them. As bytes they are in the
   * session's client_encoding.
   */
  send(sql: string | Uint8Array): Promise<void>;
  /**
   * Sends `COPY ... FROM stdin` and these bytes behind what is still under way. Resolves when they have been sent; `taken` gives the
   * number of rows that the server took. Throws what the source of the bytes fails with.
   */
  sendCopy(sql: string, chunks: AsyncIterable<Uint8Array>): Promise<{ readonly taken: Promise<number> }>;
  /** Resolves when the connection takes more. */
  room(): Promise<void>;
  /** Ends the session; what has not been committed is rolled back. */
  close(): Promise<void>;
}
