import type { QuoteIdentifier } from "./identifiers.ts";

/** Settings whose value is a list of names, each of which is quoted by itself. */
const LIST_SETTINGS = new Set([
  "local_preload_libraries",
  "search_path",
  "session_preload_libraries",
  "shared_preload_libraries",
  "temp_tablespaces",
  "unix_socket_directories",
]);

/** Splits a value like `app, "Odd Schema"` into its names without quotes. */
export function splitNameList(value: string): string[] {
  const names: string[] = [];
  const pattern = /\s*(?:"((?:[^"]|"")*)"|([^,"]*?))\s*(?:,|$)/gy;
  while (pattern.lastIndex < value.length) {
    const match = pattern.exec(value);
    if (match === null) break;
    names.push(match[1] === undefined ? (match[2] ?? "") : match[1].replaceAll('""', '"'));
  }
  return names;
}

/** How names and values are quoted. */
export interface SettingQuoting {
  readonly q: QuoteIdentifier;
  readonly literal: (text: string) => string;
}

/** `SET name TO value` of a function's, role's or database's settings; `setting` is `name=value` as the catalogs hold it. */
export function renderSetting(setting: string, { q, literal }: SettingQuoting): string | null {
  const equals = setting.indexOf("=");
  if (equals < 0) return null;
  const name = setting.slice(0, equals);
  const value = setting.slice(equals + 1);
  if (!LIST_SETTINGS.has(name.toLowerCase())) return `SET ${q(name)} TO ${literal(value)}`;
  const names = splitNameList(value);
  return `SET ${q(name)} TO ${names.length === 0 ? "''" : names.map(literal).join(", ")}`;
}
