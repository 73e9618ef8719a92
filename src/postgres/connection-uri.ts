import { PgstowError } from "../core/errors.ts";
import { isConnectionKeyword } from "./connection-keywords.ts";

const PREFIX = /^postgres(?:ql)?:\/\//;

export function isConnectionUri(text: string): boolean {
  return PREFIX.test(text);
}

/**
 * Parses `postgresql://user:password@host1:5432,[::1],%2Fsocket%2Ffolder/dbname?sslmode=require` into libpq's keywords; several hosts and
 * ports become comma-separated lists. Throws a PgstowError `usage` whose message holds no part of the URI but a parameter's name.
 */
export function parseConnectionUri(uri: string): Record<string, string> {
  const values: Record<string, string> = {};
  const rest = uri.replace(PREFIX, "");
  const queryStart = rest.indexOf("?");
  const beforeQuery = queryStart < 0 ? rest : rest.slice(0, queryStart);
  const pathStart = beforeQuery.indexOf("/");
  const authority = pathStart < 0 ? beforeQuery : beforeQuery.slice(0, pathStart);
  const hostsStart = authority.lastIndexOf("@") + 1;

  if (hostsStart > 0) readUser(authority.slice(0, hostsStart - 1), values);
  readHosts(authority.slice(hostsStart), values);
  const dbname = pathStart < 0 ? "" : decode(beforeQuery.slice(pathStart + 1), "database name");
  if (dbname !== "") values["dbname"] = dbname;
  if (queryStart >= 0) readParameters(rest.slice(queryStart + 1), values);
  return values;
}

function readUser(userinfo: string, values: Record<string, string>): void {
  const colon = userinfo.indexOf(":");
  const user = decode(colon < 0 ? userinfo : userinfo.slice(0, colon), "user name");
  if (user !== "") values["user"] = user;
  const password = colon < 0 ? "" : decode(userinfo.slice(colon + 1), "password");
  if (password !== "") values["password"] = password;
}

function readHosts(list: string, values: Record<string, string>): void {
  if (list === "") return;
  const hosts: string[] = [];
  const ports: string[] = [];
  for (const item of list.split(",")) {
    const bracket = item.startsWith("[") ? item.indexOf("]") : -1;
    if (item.startsWith("[") && bracket < 0) throw malformed('an IPv6 address lacks its closing "]"');
    const afterHost = bracket < 0 ? item.indexOf(":") : item.indexOf(":", bracket);
    if (bracket >= 0 && afterHost !== bracket + 1 && bracket !== item.length - 1) throw malformed('unexpected text after "]"');
    const host = afterHost < 0 ? item : item.slice(0, afterHost);
    hosts.push(bracket < 0 ? decode(host, "host") : item.slice(1, bracket));
    ports.push(afterHost < 0 ? "" : decode(item.slice(afterHost + 1), "port"));
  }
  if (hosts.some((host) => host !== "")) values["host"] = hosts.join(",");
  if (ports.some((port) => port !== "")) values["port"] = ports.join(",");
}

function readParameters(query: string, values: Record<string, string>): void {
  for (const parameter of query.split("&")) {
    if (parameter === "") continue;
    const equals = parameter.indexOf("=");
    const name = decode(equals < 0 ? parameter : parameter.slice(0, equals), "parameter");
    if (equals < 0) throw malformed(`parameter "${name}" has no "="`);
    const value = decode(parameter.slice(equals + 1), `parameter "${name}"`);
    // The Java driver's spelling, which libpq takes too.
    if (name === "ssl" && value === "true") values["sslmode"] = "require";
    else if (isConnectionKeyword(name)) values[name] = value;
    else
      throw new PgstowError("usage", `unknown parameter "${name}" in the connection URI`, {
        hint: "parameters are libpq's connection keywords",
      });
  }
}

function decode(text: string, what: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes("\0")) return decoded;
  } catch {
    // Falls through to the error below, which leaves the text out: it may be a password.
  }
  throw malformed(`the ${what} holds a "%" that does not start a valid escape`, 'write a "%" itself as %25');
}

function malformed(what: string, hint?: string): PgstowError {
  return new PgstowError("usage", `malformed connection URI: ${what}`, hint === undefined ? {} : { hint });
}
