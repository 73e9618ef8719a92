/** Where in which script something stands. */
export interface ScriptPlace {
  /** What messages call the script; undefined for commands on the command line and scripts on standard input, which have no lines. */
  readonly file: string | undefined;
  readonly line: number;
}
