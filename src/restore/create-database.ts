import type { ArchiveReader } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import { alwaysQuoted } from "../core/identifiers.ts";
import { openDataChannel } from "../postgres/data-channel.ts";
import { type Environment, resolveSettings, type SettingsInput } from "../postgres/settings.ts";

/** A database that was made for a restore. */
export interface CreatedDatabase {
  readonly database: string;
  readonly connection: SettingsInput;
  /** Drops it again. Never rejects. */
  undo(): Promise<void>;
}

/** Makes an empty database like the archive's (encoding, locale) on the server of a connection. Throws `exists`, `connection` or `server`. */
export async function createDatabase(
  archive: Pick<ArchiveReader, "entries">,
  connection: SettingsInput,
  environment: Environment,
  database: string,
  signal?: AbortSignal,
): Promise<CreatedDatabase> {
  await runThere(connection, environment, createStatement(archive, database), signal).catch((error: unknown) => {
    if (!(error instanceof PgstowError) || error.context.sqlstate !== "42P04") throw error;
    throw new PgstowError("exists", `database "${database}" exists already`, { cause: error, hint: "Choose another name." });
  });
  return {
    database,
    connection: inDatabase(connection, database),
    undo: () => runThere(connection, environment, `DROP DATABASE IF EXISTS ${alwaysQuoted(database)}`, undefined).catch(() => undefined),
  };
}

/** The archive's own statement under another name, without its tablespace. */
function createStatement({ entries }: Pick<ArchiveReader, "entries">, database: string): string {
  const original = entries.find(({ kind }) => kind === "DATABASE")?.create ?? "";
  const options = /^CREATE DATABASE (?:"(?:[^"]|"")+"|\S+) WITH (.*);/.exec(original)?.[1];
  const kept = (options ?? "TEMPLATE = template0").replace(/ TABLESPACE = (?:"(?:[^"]|"")+"|\S+)/, "");
  return `CREATE DATABASE ${alwaysQuoted(database)} WITH ${kept}`;
}

async function runThere(connection: SettingsInput, environment: Environment, sql: string, signal: AbortSignal | undefined): Promise<void> {
  const channel = await openDataChannel(await resolveSettings(connection, environment), { signal });
  try {
    await channel.query(sql);
  } finally {
    await channel.close();
  }
}

/** The same server and role, another database. */
export function inDatabase(connection: SettingsInput, database: string): SettingsInput {
  const { dbname = "" } = connection;
  const [, server, , parameters = ""] = /^(postgres(?:ql)?:\/\/[^/?#]*)(\/[^?#]*)?(\?.*)?$/i.exec(dbname) ?? [];
  if (server !== undefined) {
    const others = parameters
      .replace(/^\?/, "")
      .split("&")
      .filter((one) => one !== "" && !one.startsWith("dbname="));
    return { ...connection, dbname: `${server}/${encodeURIComponent(database)}${others.length === 0 ? "" : `?${others.join("&")}`}` };
  }
  if (!dbname.includes("=")) return { ...connection, dbname: database };
  return { ...connection, dbname: `${dbname} dbname='${database.replaceAll(/[\\']/g, "\\$&")}'` };
}
