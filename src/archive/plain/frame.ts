import { PgstowError } from "../../core/errors.ts";
import type { QuoteIdentifier } from "../../core/identifiers.ts";
import { quoteLiteral } from "../../core/literals.ts";
import type { ScriptContext } from "./context.ts";

/** Everything before the first entry, up to the blank line after the settings. */
export function preamble(context: ScriptContext): string {
  const { metadata, options } = context;
  return (
    "--\n-- PostgreSQL database dump\n--\n\n" +
    (options.restrictKey === null ? "" : `\\restrict ${options.restrictKey}\n\n`) +
    `-- Dumped from database version ${metadata.serverVersion}\n` +
    `-- Dumped by pg_dump version ${options.dumpedBy}\n\n` +
    (options.verbose ? `-- Started on ${localTime(new Date(metadata.startedAt))}\n\n` : "") +
    (options.singleTransaction === true ? "BEGIN;\n\n" : "") +
    settingsBlock(context)
  );
}

/** Everything after the last entry. */
export function postamble(context: ScriptContext, completedAt: Date): string {
  const { options } = context;
  return (
    (options.singleTransaction === true ? "COMMIT;\n\n" : "") +
    (options.verbose ? `-- Completed on ${localTime(completedAt)}\n\n` : "") +
    "--\n-- PostgreSQL database dump complete\n--\n\n" +
    (options.restrictKey === null ? "" : `\\unrestrict ${options.restrictKey}\n\n`)
  );
}

/** The statements that make a session read the rest of the archive as it was meant; for a session of the given major version. */
export function settingsStatements(context: ScriptContext, major: number = context.major): string[] {
  const { metadata, options } = context;
  const conforming = metadata.standardConformingStrings;
  return [
    "SET statement_timeout = 0;",
    "SET lock_timeout = 0;",
    "SET idle_in_transaction_session_timeout = 0;",
    ...(major >= 17 ? ["SET transaction_timeout = 0;"] : []),
    `SET client_encoding = ${quoteLiteral(metadata.encoding)};`,
    `SET standard_conforming_strings = ${conforming ? "on" : "off"};`,
    ...(options.role === undefined ? [] : [`SET ROLE ${context.quote(options.role)};`]),
    "SELECT pg_catalog.set_config('search_path', '', false);",
    "SET check_function_bodies = false;",
    "SET xmloption = content;",
    "SET client_min_messages = warning;",
    ...(conforming ? [] : ["SET escape_string_warning = off;"]),
    `SET row_security = ${metadata.rowSecurity ? "on" : "off"};`,
  ];
}

function settingsBlock(context: ScriptContext): string {
  return `${settingsStatements(context).join("\n")}\n\n`;
}

/** Leaves the maintenance database for the one that the script has just made. */
export function reconnect(context: ScriptContext, database: string): string {
  const key = context.options.restrictKey;
  const connect = connectCommand(context.quote, database);
  return (key === null ? `${connect}\n` : `\\unrestrict ${key}\n${connect}\\restrict ${key}\n\n`) + settingsBlock(context);
}

/** psql's \connect; a name that psql could misread goes in as a connection string, under an encoding that has no shift states. */
function connectCommand(quote: QuoteIdentifier, database: string): string {
  if (/[\n\r]/.test(database)) {
    throw new PgstowError("unsupported", `database name contains a line break, which \\connect cannot say: ${JSON.stringify(database)}`);
  }
  if (/^[A-Za-z0-9_.]+$/.test(database)) return `\\connect ${quote(database)}\n`;
  const value = database.replace(/['\\]/g, (character) => `\\${character}`);
  const conninfo = `dbname='${value}'`.replaceAll('"', '""');
  return `\\encoding SQL_ASCII\n\\connect -reuse-previous=on "${conninfo}"\n`;
}

/** `2026-11-22 15:02:16 UTC`, in local time. */
export function localTime(time: Date): string {
  const two = (value: number): string => String(value).padStart(2, "0");
  const date = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  const clock = `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}`;
  return `${date} ${clock} ${zoneOf(time)}`;
}

/** Most containers live in UTC; to ask for the names of time zones takes as long as to read an archive's index. */
function zoneOf(time: Date): string {
  if (time.toString().endsWith("(Coordinated Universal Time)")) return "UTC";
  const parts = new Intl.DateTimeFormat("en-US", { timeZoneName: "short" }).formatToParts(time);
  return parts.find((part) => part.type === "timeZoneName")?.value ?? "UTC";
}
