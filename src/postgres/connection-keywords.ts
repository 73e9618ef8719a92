import { PgstowError } from "../core/errors.ts";

/** Values of libpq's connection keywords, before defaults. */
export type KeywordValues = Readonly<Record<string, string>>;

/** Every connection keyword of libpq 18 and the environment variable that stands for it ("" for none). */
const VARIABLE_BY_KEYWORD: Readonly<Record<string, string>> = {
  service: "PGSERVICE",
  servicefile: "PGSERVICEFILE",
  user: "PGUSER",
  password: "PGPASSWORD",
  passfile: "PGPASSFILE",
  channel_binding: "PGCHANNELBINDING",
  connect_timeout: "PGCONNECT_TIMEOUT",
  dbname: "PGDATABASE",
  host: "PGHOST",
  hostaddr: "PGHOSTADDR",
  port: "PGPORT",
  client_encoding: "PGCLIENTENCODING",
  options: "PGOPTIONS",
  application_name: "PGAPPNAME",
  fallback_application_name: "",
  keepalives: "",
  keepalives_idle: "",
  keepalives_interval: "",
  keepalives_count: "",
  tcp_user_timeout: "",
  sslmode: "PGSSLMODE",
  sslnegotiation: "PGSSLNEGOTIATION",
  sslcompression: "PGSSLCOMPRESSION",
  sslcert: "PGSSLCERT",
  sslkey: "PGSSLKEY",
  sslcertmode: "PGSSLCERTMODE",
  sslpassword: "",
  sslrootcert: "PGSSLROOTCERT",
  sslcrl: "PGSSLCRL",
  sslcrldir: "PGSSLCRLDIR",
  sslsni: "PGSSLSNI",
  sslkeylogfile: "",
  requirepeer: "PGREQUIREPEER",
  require_auth: "PGREQUIREAUTH",
  min_protocol_version: "PGMINPROTOCOLVERSION",
  max_protocol_version: "PGMAXPROTOCOLVERSION",
  ssl_min_protocol_version: "PGSSLMINPROTOCOLVERSION",
  ssl_max_protocol_version: "PGSSLMAXPROTOCOLVERSION",
  gssencmode: "PGGSSENCMODE",
  krbsrvname: "PGKRBSRVNAME",
  gsslib: "PGGSSLIB",
  gssdelegation: "PGGSSDELEGATION",
  replication: "",
  target_session_attrs: "PGTARGETSESSIONATTRS",
  load_balance_hosts: "PGLOADBALANCEHOSTS",
  scram_client_key: "",
  scram_server_key: "",
  oauth_issuer: "",
  oauth_client_id: "",
  oauth_client_secret: "",
  oauth_scope: "",
  authtype: "",
};

/** PG* variables that libpq sends as session parameters. */
const PARAMETER_BY_VARIABLE = { PGTZ: "timezone", PGDATESTYLE: "datestyle", PGGEQO: "geqo" } as const;

export function isConnectionKeyword(name: string): boolean {
  return Object.hasOwn(VARIABLE_BY_KEYWORD, name);
}

/** The keywords that the environment sets. An empty variable counts as not set. */
export function keywordsFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [keyword, variable] of Object.entries(VARIABLE_BY_KEYWORD)) {
    const value = variable === "" ? undefined : environment[variable];
    if (value !== undefined && value !== "") values[keyword] = value;
  }
  if (values["sslmode"] === undefined && environment["PGREQUIRESSL"] === "1") values["sslmode"] = "require";
  return values;
}

/** Session parameters that the environment asks for, as `timezone`, `datestyle`, `geqo`. */
export function sessionParametersFromEnvironment(environment: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const parameters: Record<string, string> = {};
  for (const [variable, parameter] of Object.entries(PARAMETER_BY_VARIABLE)) {
    const value = environment[variable];
    if (value !== undefined && value !== "") parameters[parameter] = value;
  }
  return parameters;
}

/**
 * Parses `host=db.example.com dbname='a b' user=u`: values may be quoted in single quotes; a backslash takes the next character as it is.
 * Throws a PgstowError `usage` that names the unknown keyword or the place, never a value.
 */
export function parseKeywordString(text: string): Record<string, string> {
  const values: Record<string, string> = {};
  let at = skipSpaces(text, 0);
  while (at < text.length) {
    const nameStart = at;
    while (at < text.length && !isSpace(text.charAt(at)) && text.charAt(at) !== "=") at++;
    const name = text.slice(nameStart, at);
    at = skipSpaces(text, at);
    if (text.charAt(at) !== "=") throw new PgstowError("usage", `missing "=" after "${name}" in the connection string`);
    if (!isConnectionKeyword(name)) throw unknownKeyword(name);
    const value = readValue(text, skipSpaces(text, at + 1), name);
    values[name] = value.text;
    at = skipSpaces(text, value.end);
  }
  return values;
}

export function unknownKeyword(name: string): PgstowError {
  return new PgstowError("usage", `invalid connection option "${name}"`, {
    hint: "keywords are libpq's: host, port, dbname, user, password, sslmode, service, ...",
  });
}

function readValue(text: string, start: number, name: string): { text: string; end: number } {
  const quoted = text.charAt(start) === "'";
  let value = "";
  let at = quoted ? start + 1 : start;
  for (; at < text.length; at++) {
    const character = text.charAt(at);
    if (quoted ? character === "'" : isSpace(character)) break;
    if (character === "\\") at++;
    value += text.charAt(at);
  }
  if (quoted && at >= text.length)
    throw new PgstowError("usage", `the value of "${name}" in the connection string lacks its closing quote`);
  return { text: value, end: quoted ? at + 1 : at };
}

function skipSpaces(text: string, from: number): number {
  let at = from;
  while (at < text.length && isSpace(text.charAt(at))) at++;
  return at;
}

function isSpace(character: string): boolean {
  return character === " " || character === "\t" || character === "\n" || character === "\r" || character === "\f" || character === "\v";
}
