import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { openCatalogSession } from "../postgres/catalog-session.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import type { ConnectionSettings } from "../postgres/settings.ts";
import { pinSession } from "../postgres/snapshot.ts";
import type { PinOptions } from "../postgres/snapshot.ts";
import type { DumpOptions } from "./options.ts";

const MAJOR_MIN = 13;
/** Newest server whose catalogs are known. */
const MAJOR_MAX = 18;

export function pinOptions(options: DumpOptions): PinOptions {
  return {
    rowSecurity: options.enableRowSecurity ?? false,
    quoteAllIdentifiers: options.quoteAllIdentifiers ?? false,
    foreignTables: (options.includeForeignData ?? []).length > 0,
    role: options.role,
    ...(options.extraFloatDigits === undefined ? {} : { extraFloatDigits: options.extraFloatDigits }),
  };
}

/** Opens the session that reads the catalogs, with its settings pinned and no transaction begun. */
export async function openDumpSession(
  settings: ConnectionSettings,
  options: DumpOptions,
  onDiagnostic: DiagnosticSink,
): Promise<CatalogSession> {
  const session = await openCatalogSession(settings, { signal: options.signal, onDiagnostic });
  try {
    checkVersion(session, onDiagnostic);
    await pinSession(session, pinOptions(options));
    return session;
  } catch (error) {
    await session.close();
    throw error;
  }
}

function checkVersion(session: CatalogSession, onDiagnostic: DiagnosticSink): void {
  if (session.major < MAJOR_MIN) {
    throw new PgstowError(
      "unsupported",
      `the server is PostgreSQL ${session.serverVersion}; versions from ${MAJOR_MIN.toString()} on can be dumped`,
    );
  }
  if (session.major > MAJOR_MAX) {
    onDiagnostic({
      severity: "warning",
      code: "newer-server",
      message: `the server is PostgreSQL ${session.serverVersion}, newer than this program knows (${MAJOR_MAX.toString()}); objects that came with it may be missing`,
    });
  }
}
