import type { SettingsInput } from "../postgres/settings.ts";
import { PgstowError } from "../core/errors.ts";
import { defined, type OptionSpec, type ParsedArguments } from "./option.ts";

const group = "Connection options:";

/** -d, -h, -p, -U, -w, -W, as every PostgreSQL program has them. */
export const connectionOptions: readonly OptionSpec[] = [
  { name: "dbname", short: "d", type: "value", valueName: "DBNAME", describe: "database name, keyword string or postgres:// URI", group },
  { name: "host", short: "h", type: "value", valueName: "HOST", describe: "server's host name, or the folder of its socket", group },
  { name: "port", short: "p", type: "value", valueName: "PORT", describe: "server's port", group },
  { name: "username", short: "U", type: "value", valueName: "NAME", describe: "connect as this role", group },
  { name: "no-password", short: "w", type: "flag", describe: "never ask for a password", group },
  { name: "password", short: "W", type: "flag", describe: "ask for a password before anything else", group },
  { name: "role", type: "value", valueName: "ROLE", describe: "do SET ROLE after connecting", group },
];

/** What the flags say about the connection; `positional` is the database named without -d. */
export function connectionFromFlags(args: ParsedArguments, positional?: string): SettingsInput {
  if (args.flag("password") && args.flag("no-password")) {
    throw new PgstowError("usage", "options -W/--password and -w/--no-password cannot be used together");
  }
  const flagged = args.value("dbname");
  if (flagged !== undefined && positional !== undefined) {
    throw new PgstowError("usage", `the database is named twice: with -d/--dbname and as an argument ("${redact(positional)}")`);
  }
  return defined({
    dbname: flagged ?? positional,
    host: args.value("host"),
    port: args.value("port"),
    user: args.value("username"),
    prompt: args.flag("password") ? ("first" as const) : args.flag("no-password") ? ("never" as const) : undefined,
    askPassword: async (prompt: string) => (await import("./password-prompt.ts")).promptForPassword(prompt),
  });
}

/** A connection string may hold a password; messages never do. */
function redact(database: string): string {
  return database.includes("=") || database.includes("://") ? "connection string" : database;
}
