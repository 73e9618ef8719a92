import type { Diagnostic } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";

/** Everything that the program says to people goes to standard error, a line at a time, in the form of PostgreSQL's own programs. */
export interface Messages {
  error(error: unknown): void;
  diagnostic(diagnostic: Diagnostic): void;
  /** Only with --verbose. */
  info(text: string): void;
}

export interface MessageOptions {
  readonly write: (text: string) => void;
  /** Show stack traces and causes. */
  readonly debug: boolean;
  readonly verbose: boolean;
}

export function createMessages(options: MessageOptions): Messages {
  const say = (level: string, text: string): void => {
    for (const line of linesOf(text)) options.write(`pgstow: ${level}: ${line}\n`);
  };
  return {
    error(error) {
      for (const [level, text] of errorLines(error)) say(level, text);
      if (options.debug) options.write(`${stackOf(error)}\n`);
    },
    diagnostic(diagnostic) {
      if (diagnostic.severity === "info" && !options.verbose) return;
      say(diagnostic.severity, diagnostic.message);
      for (const detail of diagnostic.details ?? []) say("detail", detail);
      if (diagnostic.hint !== undefined) say("hint", diagnostic.hint);
    },
    info(text) {
      if (options.verbose) options.write(`pgstow: ${text}\n`);
    },
  };
}

/** What is said about an error, without its stack: level and text, in order. */
function errorLines(error: unknown): [level: string, text: string][] {
  if (!(error instanceof PgstowError)) {
    const text = error instanceof Error ? error.message : String(error);
    return [
      ["error", `unexpected: ${text}`],
      ["hint", "This is a fault of pgstow. Run it again with --debug to see where."],
    ];
  }
  const { context, hint } = error;
  const lines: [string, string][] = [["error", error.message]];
  if (context.detail !== undefined) lines.push(["detail", context.detail]);
  if (context.where !== undefined) lines.push(["context", context.where]);
  if (context.statement !== undefined) lines.push(["statement", context.statement]);
  if (context.serverHint !== undefined && context.serverHint !== hint) lines.push(["hint", context.serverHint]);
  if (hint !== undefined) lines.push(["hint", hint]);
  return lines;
}

function linesOf(text: string): string[] {
  return text.split(/\r?\n/).filter((line) => line.trim() !== "");
}

function stackOf(error: unknown): string {
  const stacks: string[] = [];
  for (let current = error; current instanceof Error; current = current.cause) stacks.push(current.stack ?? current.message);
  return stacks.join("\ncaused by ") || String(error);
}
