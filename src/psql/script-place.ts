/** Where in which script something stands. */
export interface ScriptPlace {
  /** What messages call the script; undefined for commands on the command line and scripts on standard input, which have no lines. */
  readonly file: string | undefined;
  /** The line that was read last. */
  readonly line: number;
  /** The line on which the statement begins. */
  readonly startLine?: number;
}
