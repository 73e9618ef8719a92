import type { GetoptOption, GetoptResult, GivenOption } from "./getopt.ts";

/** A program of PostgreSQL's, under its own name: its options, its messages, its exit codes. Loaded only when it is called. */
export interface Face {
  readonly program: FaceProgram;
  /** In the order of the program's own table, of all major versions together. */
  readonly options: readonly GetoptOption[];
  /** What `--help` prints. */
  help(): string;
  /** Looks at each option before the next one is read; throws as `run` does. */
  check?(option: GivenOption): void;
  /**
   * Does the work; gives the exit code. What it throws ends the program with a message and exit code 1: a FaceUsageError with the hint
   * to try --help, a PgstowError in the words of the program.
   */
  run(args: GetoptResult, context: FaceContext): Promise<number>;
}

export type FaceProgram = "pg_dump" | "pg_restore" | "pg_dumpall" | "psql";

export interface FaceContext {
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly messages: FaceMessages;
  /** Major version of PostgreSQL that the program says it is of. */
  readonly major: number;
}

/** Standard error, in the form of PostgreSQL's programs. */
export interface FaceMessages {
  /** `pg_dump: error: TEXT`, and so on; a text of several lines is printed as it is. */
  say(level: "error" | "warning" | "detail" | "hint", text: string): void;
  /** `pg_dump: TEXT`, what --verbose shows. */
  info(text: string): void;
}

/** A command line that the program refuses with the hint to try --help; without a message the hint is all it says. */
export class FaceUsageError extends Error {
  override readonly name = "FaceUsageError";
}
