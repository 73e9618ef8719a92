import { PgstowError } from "../core/errors.ts";
import type { Diagnostic } from "../core/diagnostics.ts";
import type { ErrorContext } from "../core/errors.ts";
import { readStrings } from "./messages.ts";

/** What an ErrorResponse or NoticeResponse says, under our names. */
export interface ServerReport {
  readonly severity: string;
  readonly sqlstate: string;
  readonly message: string;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  readonly where?: string | undefined;
  readonly position?: string | number | undefined;
}

const STATEMENT_CHARACTERS_MAX = 300;
const LITERAL = String.raw`[eE]'(?:[^'\\]|''|\\.)*'|'(?:[^']|'')*'`;
/** Statements whose constants say how to log in somewhere, under names that nobody can list and in forms that hold quotes themselves. */
const SECRETIVE = /\b(?:SUBSCRIPTION|USER\s+MAPPING|SERVER|DBLINK\w*)\b/i;
const LITERALS = new RegExp(LITERAL, "gs");
/** Elsewhere: PASSWORD 'x', password=x. */
const PASSWORDS = new RegExp(String.raw`(password\s*=?\s*)(?:${LITERAL}|[^\s',)]+)`, "gis");

/** Reads the body of an ErrorResponse or NoticeResponse. */
export function readServerReport(body: Buffer): ServerReport {
  const fields = new Map(readStrings(body).map((field) => [field.charAt(0), field.slice(1)]));
  return {
    severity: fields.get("V") ?? fields.get("S") ?? "ERROR",
    sqlstate: fields.get("C") ?? "XX000",
    message: fields.get("M") ?? "the server gave no message",
    detail: fields.get("D"),
    hint: fields.get("H"),
    where: fields.get("W"),
    position: fields.get("P"),
  };
}

/** A report as a thrown driver error carries it (`code`, `message`, `detail`, ...); undefined when the error is not the server's. */
export function reportOfDriverError(error: unknown): ServerReport | undefined {
  if (!(error instanceof Error)) return undefined;
  const fields = error as Error & Record<string, unknown>;
  const code = fields["code"];
  const severity = fields["severity"];
  if (typeof code !== "string" || typeof severity !== "string" || !/^[0-9A-Z]{5}$/.test(code)) return undefined;
  const text = (name: string): string | undefined => {
    const value = fields[name];
    return typeof value === "string" ? value : undefined;
  };
  return {
    severity,
    sqlstate: code,
    message: error.message,
    detail: text("detail"),
    hint: text("hint"),
    where: text("where"),
    position: text("position"),
  };
}

/** The error for a statement that the server refused; `connection-lost` when the server ended the session with it. */
export function serverError(report: ServerReport, statement: string | undefined, cause?: unknown): PgstowError {
  const ended = report.severity === "FATAL" || report.severity === "PANIC";
  const options = {
    context: errorContext(report, statement),
    ...(cause === undefined ? {} : { cause }),
    ...(report.hint === undefined ? {} : { hint: report.hint }),
  };
  return ended
    ? new PgstowError("connection-lost", `the server ended the session: ${report.message}`, options)
    : new PgstowError("server", report.message, options);
}

/** The start of a statement, without what may be a password, for messages. */
export function describeStatement(statement: string): string {
  const safe = SECRETIVE.test(statement) ? statement.replaceAll(LITERALS, "'***'") : statement.replaceAll(PASSWORDS, "$1'***'");
  return safe.length > STATEMENT_CHARACTERS_MAX ? `${safe.slice(0, STATEMENT_CHARACTERS_MAX)}...` : safe;
}

export function errorContext(report: ServerReport, statement: string | undefined): ErrorContext {
  const position = Number(report.position);
  const row = /, line (\d+)/.exec(report.where?.startsWith("COPY ") === true ? report.where : "")?.[1];
  return {
    sqlstate: report.sqlstate,
    severity: report.severity,
    serverMessage: report.message,
    ...(report.detail === undefined ? {} : { detail: report.detail }),
    ...(report.hint === undefined ? {} : { serverHint: report.hint }),
    ...(report.where === undefined ? {} : { where: report.where }),
    ...(position > 0 ? { position } : {}),
    ...(row === undefined ? {} : { row: Number(row) }),
    ...(statement === undefined ? {} : { statement: describeStatement(statement) }),
  };
}

/** The error for a session that ended, with the server's last words where they arrived. `target` is what describeTarget gives. */
export function connectionLost(
  target: string,
  words: ServerReport | undefined,
  statement: string | undefined,
  cause?: unknown,
): PgstowError {
  if (words?.severity === "FATAL" || words?.severity === "PANIC") return serverError(words, statement, cause);
  return new PgstowError("connection-lost", `lost the connection to ${target}`, {
    ...(cause === undefined ? {} : { cause }),
    ...(statement === undefined ? {} : { context: { statement: describeStatement(statement) } }),
    hint: "see the server's log for the reason",
  });
}

/** A notice of the server as a diagnostic. */
export function noticeDiagnostic(notice: Pick<ServerReport, "sqlstate" | "message" | "detail" | "hint">): Diagnostic {
  return {
    // The word for the severity is in the server's language; class 01 is "warning" in every one.
    severity: notice.sqlstate.startsWith("01") ? "warning" : "info",
    code: "server-notice",
    message: notice.message,
    ...(notice.detail === undefined ? {} : { details: [notice.detail] }),
    ...(notice.hint === undefined ? {} : { hint: notice.hint }),
  };
}
