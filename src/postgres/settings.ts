import { homedir, userInfo } from "node:os";
import path from "node:path";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import {
  isConnectionKeyword,
  keywordsFromEnvironment,
  parseKeywordString,
  sessionParametersFromEnvironment,
  unknownKeyword,
} from "./connection-keywords.ts";
import type { KeywordValues } from "./connection-keywords.ts";
import { isConnectionUri, parseConnectionUri } from "./connection-uri.ts";
import { describeHost, resolveHosts } from "./hosts.ts";
import type { HostSettings } from "./hosts.ts";
import { countOf, oneOf } from "./keyword-values.ts";
import { readPasswordFile } from "./password-file.ts";
import { readService } from "./service-file.ts";
import { resolveTls } from "./tls-settings.ts";
import type { TlsSettings } from "./tls-settings.ts";
import { parseRequireAuth } from "./auth-methods.ts";
import type { AuthMethod } from "./auth-methods.ts";

/** Asks the person for a password. `promptText` says whose. */
export type AskPassword = (promptText: string) => Promise<string>;

export type Environment = Readonly<Record<string, string | undefined>>;

/** What a caller or the command line says. Empty strings count as not given. */
export interface SettingsInput {
  /** -d: a database name, a keyword string (`host=... dbname=...`) or a postgresql:// URI. The latter two win over all else given here. */
  readonly dbname?: string | undefined;
  /** Name of a database, in place of whatever `dbname` says of it. */
  readonly database?: string | undefined;
  readonly host?: string | undefined;
  readonly port?: string | number | undefined;
  readonly user?: string | undefined;
  readonly password?: string | undefined;
  /** Further libpq keywords (sslmode, connect_timeout, ...). */
  readonly keywords?: KeywordValues | undefined;
  /** "never" is -w, "first" is -W; otherwise a password is asked for when the server demands one and none is known. */
  readonly prompt?: "never" | "when-needed" | "first" | undefined;
  readonly askPassword?: AskPassword | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

export const TARGET_SESSIONS = ["any", "read-write", "read-only", "primary", "standby", "prefer-standby"] as const;
export type TargetSession = (typeof TARGET_SESSIONS)[number];

/**
 * Where and how to connect: everything resolved but the names of hosts. Holds no secret as a plain value (passwords are functions), so that
 * printing it leaks none.
 */
export interface ConnectionSettings {
  /** At least one, in the order in which they are tried. */
  readonly hosts: readonly HostSettings[];
  readonly user: string;
  readonly database: string;
  readonly tls: TlsSettings;
  readonly channelBinding: "disable" | "prefer" | "require";
  /** Ways to authenticate that the caller accepts; undefined for any. */
  readonly authMethods: ReadonlySet<AuthMethod> | undefined;
  /** For one host; 0 waits for ever. */
  readonly connectTimeoutMs: number;
  readonly applicationName: string;
  /** Parameters of the startup message besides user, database, application_name and client_encoding. */
  readonly startupParameters: Readonly<Record<string, string>>;
  /** What client_encoding or PGCLIENTENCODING asks for. Sessions speak UTF8 all the same; a dump may use it as its encoding. */
  readonly clientEncoding: string | undefined;
  readonly targetSession: TargetSession;
  readonly hostOrder: "given" | "random";
  readonly keepAlive: { readonly enabled: boolean; readonly idleMs: number };
  readonly prompt: "never" | "when-needed" | "first";
  readonly askPassword: AskPassword | undefined;
}

/** What the machine contributes; a parameter for tests. */
export interface Machine {
  readonly userName: () => string | undefined;
  readonly homeFolder: () => string;
}

const THIS_MACHINE: Machine = {
  userName: () => {
    try {
      return userInfo().username;
    } catch {
      // A container may run under a user id without a name.
      return undefined;
    }
  },
  homeFolder: () => {
    try {
      return homedir();
    } catch {
      // Without a name and without HOME; containers then say that home is here.
      return "/";
    }
  },
};

/** Keywords that change who may be trusted and that we cannot honour: silence would be a security hole. */
const UNSUPPORTED_KEYWORDS = ["replication", "requirepeer", "scram_client_key", "scram_server_key", "oauth_issuer", "oauth_client_id"];

/**
 * Resolves where to connect as libpq does: what is given, then the service file, then PG* variables, then defaults. Reads the service
 * file and the password file. Throws a PgstowError `usage` that names the wrong keyword, value or file.
 */
export async function resolveSettings(
  input: SettingsInput,
  environment: Environment,
  machine: Machine = THIS_MACHINE,
): Promise<ConnectionSettings> {
  const homeFolder = environment["HOME"] || machine.homeFolder();
  const values = await gatherKeywords(input, environment, homeFolder);
  const get = (keyword: string): string | undefined => values[keyword] || undefined;
  refuseUnsupported(get);

  const user = get("user") ?? machine.userName();
  if (user === undefined)
    throw new PgstowError("usage", "no user name given and the operating system's user has none", { hint: "give -U or PGUSER" });
  const database = get("dbname") ?? user;
  const passwordFile = get("passfile") ?? path.join(homeFolder, ".pgpass");
  const password = get("password");
  const findInFile = password === undefined ? await readPasswordFile(passwordFile, input.onDiagnostic ?? ignore) : undefined;
  const hosts = await resolveHosts({ host: get("host"), hostaddr: get("hostaddr"), port: get("port") }, (host, port) =>
    password === undefined ? findInFile?.({ host, port, database, user }) : password,
  );
  const options = get("options");
  return {
    hosts,
    user,
    database,
    tls: resolveTls(get, homeFolder),
    channelBinding: oneOf(get, "channel_binding", ["disable", "prefer", "require"], "prefer"),
    authMethods: parseRequireAuth(get("require_auth")),
    connectTimeoutMs: Math.max(0, countOf(get, "connect_timeout", 0)) * 1000,
    applicationName: get("application_name") ?? get("fallback_application_name") ?? "pgstow",
    startupParameters: { ...sessionParametersFromEnvironment(environment), ...(options === undefined ? {} : { options }) },
    clientEncoding: get("client_encoding"),
    targetSession: oneOf(get, "target_session_attrs", TARGET_SESSIONS, "any"),
    hostOrder: oneOf(get, "load_balance_hosts", ["disable", "random"], "disable") === "random" ? "random" : "given",
    keepAlive: { enabled: countOf(get, "keepalives", 1) !== 0, idleMs: Math.max(0, countOf(get, "keepalives_idle", 0)) * 1000 },
    prompt: input.prompt ?? "when-needed",
    askPassword: input.askPassword,
  };
}

/** `database "x" on host:port as user "u"`, for messages. Names the first host unless told another. */
export function describeTarget(settings: ConnectionSettings, host: HostSettings | undefined = settings.hosts[0]): string {
  return `database "${settings.database}" on ${host === undefined ? "no host" : describeHost(host)} as user "${settings.user}"`;
}

/** What is given, under libpq's keywords, before anything fills in the rest. Throws a PgstowError `usage` for an unknown keyword. */
export function givenKeywords(input: SettingsInput): KeywordValues {
  const given: Record<string, string> = {};
  for (const [keyword, value] of Object.entries(input.keywords ?? {})) {
    if (!isConnectionKeyword(keyword)) throw unknownKeyword(keyword);
    if (value !== "") given[keyword] = value;
  }
  const flags = { host: input.host, port: input.port?.toString(), user: input.user, password: input.password };
  for (const [keyword, value] of Object.entries(flags)) {
    if (value !== undefined && value !== "") given[keyword] = value;
  }
  Object.assign(given, parseDbname(input.dbname ?? ""));
  if (input.database !== undefined && input.database !== "") given["dbname"] = input.database;
  return given;
}

async function gatherKeywords(input: SettingsInput, environment: Environment, homeFolder: string): Promise<KeywordValues> {
  const given = givenKeywords(input);
  const fromEnvironment = keywordsFromEnvironment(environment);
  const service = given["service"] ?? fromEnvironment["service"];
  const fromService =
    service === undefined
      ? {}
      : await readService(service, {
          file: given["servicefile"] ?? fromEnvironment["servicefile"],
          homeFolder,
          systemFolder: environment["PGSYSCONFDIR"],
        });
  return { ...fromEnvironment, ...fromService, ...given };
}

function parseDbname(dbname: string): Record<string, string> {
  if (isConnectionUri(dbname)) return parseConnectionUri(dbname);
  if (dbname.includes("=")) return parseKeywordString(dbname);
  return dbname === "" ? {} : { dbname };
}

function refuseUnsupported(get: (keyword: string) => string | undefined): void {
  for (const keyword of UNSUPPORTED_KEYWORDS) {
    if (get(keyword) !== undefined) throw new PgstowError("unsupported", `connection keyword "${keyword}" is not supported`);
  }
  if (oneOf(get, "gssencmode", ["disable", "prefer", "require"], "prefer") === "require") {
    throw new PgstowError("unsupported", "gssencmode=require is not supported", { hint: "use TLS: sslmode=verify-full" });
  }
}

function ignore(): void {
  // A caller that passes no sink does not want diagnostics.
}
