/** What went wrong, as a value that a caller can switch on. */
export type ErrorCode =
  /** A flag, option value or combination of them is wrong. */
  | "usage"
  /** No session could be had: host, port, socket, TLS, authentication, database. */
  | "connection"
  /** A session that was working ended: server shutdown, network, terminated backend. */
  | "connection-lost"
  /** The server answered a statement with an error; `context.sqlstate` says which. */
  | "server"
  /** Something changed in the database while it was being read. */
  | "concurrent-change"
  /** The role may not read what the dump needs. */
  | "privilege"
  /** The catalogs hold something that cannot be dumped faithfully. */
  | "catalog"
  /** The file is not an archive of a known format or version. */
  | "not-an-archive"
  /** The archive is an archive, but damaged or unfinished. */
  | "corrupt"
  /** The output exists already. */
  | "exists"
  /** The file system or the store refused: full disk, missing folder, permission. */
  | "file"
  /** There is no backup, remote, file or database of that name. */
  | "not-found"
  /** Somebody else is at work on the same backups, or in the database that is to be swapped. */
  | "busy"
  /** The target lacks what the restore needs; nothing was touched. `context.detail` has a line for each thing. */
  | "preflight"
  /** The caller's AbortSignal, or Ctrl-C. */
  | "aborted"
  /** The source or target cannot do what was asked of it. */
  | "unsupported"
  /** One of PostgreSQL's own programs failed, which did the work (`engine: "pg_dump"`); `context.detail` has its further words. */
  | "program"
  /** A rule of the program was broken, or a worker thread died: never the user's doing. */
  | "internal";

/** Typed facts about an error. Never holds a password or a connection string. */
export interface ErrorContext {
  /** The archive entry that was being worked on, as `KIND schema.tag`. */
  readonly entry?: string;
  /** Table and 1-based row number of a row that the server refused. */
  readonly table?: string;
  readonly row?: number;
  /** SQLSTATE, the server's word for how bad it is (ERROR, FATAL), its message alone, and its further words. */
  readonly sqlstate?: string;
  readonly severity?: string;
  readonly serverMessage?: string;
  readonly detail?: string;
  readonly serverHint?: string;
  readonly where?: string;
  /** 1-based character position in the statement that the server complains of. */
  readonly position?: number;
  /** The statement that failed, shortened. */
  readonly statement?: string;
  /** File and byte offset in it. */
  readonly file?: string;
  readonly offset?: number;
  /** Where a connection was tried, and what each place answered when there were several. */
  readonly endpoint?: Endpoint;
  readonly attempts?: readonly PgstowError[];
  /** The server asked for a password, and none was known; or it has no TLS, which was asked of it. */
  readonly refusal?: "password-missing" | "no-tls";
}

/** A place that was connected to, or tried. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** The numeric address, once it was looked up. */
  readonly address?: string;
  /** Path of a local socket. */
  readonly socket?: string;
}

export interface PgstowErrorOptions {
  readonly cause?: unknown;
  readonly context?: ErrorContext;
  /** What the user can do about it; one line. */
  readonly hint?: string;
}

/** The only error class that the library throws on purpose. `message` is one line and names the thing. */
export class PgstowError extends Error {
  override readonly name = "PgstowError";
  readonly code: ErrorCode;
  readonly context: ErrorContext;
  readonly hint: string | undefined;

  constructor(code: ErrorCode, message: string, options: PgstowErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
    this.hint = options.hint;
  }
}

/** Throws the signal's reason as a PgstowError when the signal is aborted. */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw abortedError(signal);
}

/** An aborted signal's reason as a PgstowError `aborted`. */
export function abortedError(signal: AbortSignal): PgstowError {
  const reason: unknown = signal.reason;
  if (reason instanceof PgstowError && reason.code === "aborted") return reason;
  const isTimeLimit = reason instanceof Error && reason.name === "TimeoutError";
  return new PgstowError("aborted", isTimeLimit ? "aborted: the time limit has passed" : "aborted", { cause: reason });
}
