import type { ConnectOptions } from "../postgres/connect.ts";
import { parseKeywordString } from "../postgres/connection-keywords.ts";
import { isConnectionUri, parseConnectionUri } from "../postgres/connection-uri.ts";
import { resolveSettings } from "../postgres/settings.ts";
import type { Environment, SettingsInput } from "../postgres/settings.ts";
import { openScriptSession } from "./script-session.ts";
import type { ScriptSession } from "./script-session.ts";
import type { ReconnectTarget } from "./script-state.ts";

/**
 * How \connect finds its session: what it does not name stays as in the session before. A keyword string or URI starts anew, unless
 * -reuse-previous=on says otherwise. A password goes along only to the same user on the same server.
 */
export function reconnector(original: SettingsInput, environment: Environment, options: ConnectOptions) {
  return async (target: ReconnectTarget, before: ScriptSession): Promise<ScriptSession> => {
    const named = keywordsOf(target.dbname);
    const reuse = target.reusePrevious ?? named === undefined;
    const plain = named ?? (target.dbname === undefined ? {} : { dbname: target.dbname });
    const wanted = { ...plain, ...defined({ user: target.user, host: target.host, port: target.port }) };
    const settings = await resolveSettings(reuse ? mergedInput(original, wanted, before) : inputOf(original, wanted), environment);
    return openScriptSession(settings, options);
  };
}

function keywordsOf(dbname: string | undefined): Record<string, string> | undefined {
  if (dbname === undefined) return undefined;
  if (isConnectionUri(dbname)) return parseConnectionUri(dbname);
  return dbname.includes("=") ? parseKeywordString(dbname) : undefined;
}

function inputOf(original: SettingsInput, { dbname, ...keywords }: Record<string, string>): SettingsInput {
  const { prompt, askPassword, onDiagnostic } = original;
  return { dbname, keywords: { fallback_application_name: "psql", ...keywords }, prompt, askPassword, onDiagnostic };
}

function mergedInput(original: SettingsInput, wanted: Record<string, string>, before: ScriptSession): SettingsInput {
  const { settings, host } = before;
  const given = { ...original.keywords, ...keywordsOf(original.dbname), ...defined({ password: original.password }) } as Record<
    string,
    string
  >;
  const current = { user: settings.user, host: host.host, port: String(host.port), dbname: settings.database };
  const stays = (["user", "host", "port"] as const).every((name) => wanted[name] === undefined || wanted[name] === current[name]);
  const merged: Record<string, string> = { ...given, ...current, ...wanted };
  if (!stays) {
    // An address belongs to its host, a password to its user.
    if (wanted["password"] === undefined) delete merged["password"];
    if (wanted["host"] !== undefined && wanted["hostaddr"] === undefined) delete merged["hostaddr"];
  }
  return inputOf(original, merged);
}

function defined(values: Record<string, string | undefined>): Record<string, string> {
  return Object.fromEntries(Object.entries(values).filter((pair): pair is [string, string] => pair[1] !== undefined));
}
