import { PgstowError } from "../core/errors.ts";
import { openCatalogSession } from "../postgres/catalog-session.ts";
import { givenKeywords, resolveSettings } from "../postgres/settings.ts";
import type { Environment, SettingsInput } from "../postgres/settings.ts";

/** How a child program connects as we would. */
export interface ChildConnection {
  /** Of the command line, which anybody on the machine can read: nothing secret is in it. */
  readonly arguments: readonly string[];
  /** Of the child alone. */
  readonly environment: Environment;
  readonly server: { readonly database: string; readonly version: string; readonly versionNum: number; readonly major: number };
}

/** Keywords that the command line must not show and no variable can say. */
const UNSPEAKABLE = ["sslpassword", "scram_client_key", "scram_server_key", "oauth_client_secret"];

/**
 * Connects once, which tells the server's version and the password when one must be asked for. Throws what connecting throws, and
 * `unsupported` for secrets that cannot be handed on.
 */
export async function childConnection(
  input: SettingsInput,
  environment: Environment,
  signal: AbortSignal | undefined,
): Promise<ChildConnection> {
  let asked: string | undefined;
  const { askPassword } = input;
  const remembering =
    askPassword === undefined ? {} : { askPassword: async (prompt: string): Promise<string> => (asked = await askPassword(prompt)) };
  const settings = await resolveSettings({ ...input, ...remembering }, environment);
  const session = await openCatalogSession(settings, { signal });
  await session.close();
  const { serverVersion: version, serverVersionNum: versionNum, major } = session;

  const { password, ...keywords } = givenKeywords(input);
  const secret = UNSPEAKABLE.find((keyword) => keyword in keywords);
  if (secret !== undefined) {
    throw new PgstowError("unsupported", `connection keyword "${secret}" cannot be handed to pg_dump in secret`, {
      hint: "Put it into a connection service file, or use the native engine.",
    });
  }
  const spoken = asked ?? password;
  return {
    arguments: ["--no-password", `--dbname=${keywordString({ ...keywords, dbname: settings.database })}`],
    environment: { ...environment, ...(spoken === undefined ? {} : { PGPASSWORD: spoken }) },
    server: { database: settings.database, version, versionNum, major },
  };
}

/** `host='a' dbname='b'` */
function keywordString(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([keyword, value]) => `${keyword}='${value.replaceAll(/['\\]/g, (character) => `\\${character}`)}'`)
    .join(" ");
}
