import { readFile } from "node:fs/promises";
import path from "node:path";
import { PgstowError } from "../core/errors.ts";
import { isConnectionKeyword } from "./connection-keywords.ts";

export interface ServiceFileSearch {
  /** PGSERVICEFILE or the keyword servicefile. */
  readonly file: string | undefined;
  readonly homeFolder: string;
  /** PGSYSCONFDIR. */
  readonly systemFolder: string | undefined;
}

/** Debian's libpq looks here when PGSYSCONFDIR is not set. */
const DEFAULT_SYSTEM_FOLDER = "/etc/postgresql-common";

/**
 * The keywords that service `name` stands for: from the user's file, else from the system's. Throws a PgstowError `usage` when neither
 * defines it or a line of it is wrong.
 */
export async function readService(name: string, search: ServiceFileSearch): Promise<Record<string, string>> {
  const files = [
    search.file ?? path.join(search.homeFolder, ".pg_service.conf"),
    path.join(search.systemFolder ?? DEFAULT_SYSTEM_FOLDER, "pg_service.conf"),
  ];
  for (const file of files) {
    const text = await readIfThere(file);
    const values = text === undefined ? undefined : parseService(text, name, file);
    if (values !== undefined) return values;
  }
  throw new PgstowError("usage", `definition of service "${name}" not found`, { hint: `looked in ${files.join(" and ")}` });
}

/** The values of one `[name]` group; undefined when the text has no such group. */
export function parseService(text: string, name: string, file: string): Record<string, string> | undefined {
  let values: Record<string, string> | undefined;
  for (const [index, raw] of text.split("\n").entries()) {
    const line = raw.trim();
    if (line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) {
      if (values !== undefined) return values;
      if (line.startsWith(`[${name}]`)) values = {};
      continue;
    }
    if (values === undefined) continue;
    const equals = line.indexOf("=");
    const keyword = equals < 0 ? line : line.slice(0, equals).trim();
    const place = `${file}, line ${index + 1}`;
    if (line.startsWith("ldap:"))
      throw new PgstowError("unsupported", `service "${name}" is looked up by LDAP, which is not supported (${place})`);
    if (equals < 0) throw new PgstowError("usage", `service "${name}" has a line without "=" (${place})`);
    if (keyword === "service" || keyword === "servicefile") {
      throw new PgstowError("usage", `service "${name}" may not name another service (${place})`);
    }
    if (!isConnectionKeyword(keyword)) throw new PgstowError("usage", `service "${name}" has the unknown keyword "${keyword}" (${place})`);
    values[keyword] ??= line.slice(equals + 1).trim();
  }
  return values;
}

async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw new PgstowError("file", `cannot read service file ${file}: ${code ?? "unknown error"}`, { cause: error });
  }
}
