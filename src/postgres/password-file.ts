import { readFile, stat } from "node:fs/promises";
import { platform } from "node:os";
import type { DiagnosticSink } from "../core/diagnostics.ts";

export interface PasswordFileKey {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
}

/** Finds a password in the lines of a password file. */
export type PasswordFinder = (key: PasswordFileKey) => string | undefined;

/** Sockets in these folders go by the name localhost. */
const DEFAULT_SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"];

/**
 * Opens a password file (`host:port:database:user:password` a line). A file that others may read is not used, as in libpq, and a
 * diagnostic says so. A missing file finds nothing.
 */
export async function readPasswordFile(file: string, onDiagnostic: DiagnosticSink): Promise<PasswordFinder> {
  const refuse = (why: string): PasswordFinder => {
    onDiagnostic({
      severity: "warning",
      code: "password-file",
      message: `password file ${file} is not used: ${why}`,
      hint: `chmod 0600 ${file}`,
    });
    return () => undefined;
  };
  try {
    const status = await stat(file);
    if (!status.isFile()) return refuse("it is not a plain file");
    // Windows has no such permission bits.
    if (platform() !== "win32" && (status.mode & 0o077) !== 0)
      return refuse("group or others may read it; permissions should be u=rw (0600) or less");
    const text = await readFile(file, "utf8");
    return (key) => findPassword(text, key);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === "ENOENT" || code === "ENOTDIR") return () => undefined;
    return refuse(`it cannot be read (${code ?? "unknown error"})`);
  }
}

/** The password of the first line that matches; a field of `*` matches anything. */
export function findPassword(text: string, key: PasswordFileKey): string | undefined {
  const hosts = DEFAULT_SOCKET_FOLDERS.includes(key.host) ? ["localhost", key.host] : [key.host];
  for (const line of text.split(/\r?\n/)) {
    if (line === "" || line.startsWith("#")) continue;
    const fields = splitLine(line);
    const [host, port, database, user, password] = fields;
    if (password === undefined || password === "") continue;
    const matches =
      (host === "*" || hosts.includes(unescape(host!))) &&
      (port === "*" || port === String(key.port)) &&
      (database === "*" || unescape(database!) === key.database) &&
      (user === "*" || unescape(user!) === key.user);
    if (matches) return unescape(password);
  }
  return undefined;
}

/** Four fields that end in an unescaped colon, and the rest of the line. Escapes stay, so that `\*` is not a wildcard. */
function splitLine(line: string): string[] {
  const fields: string[] = [];
  let start = 0;
  for (let at = 0; at < line.length && fields.length < 4; at++) {
    if (line.charAt(at) === "\\") at++;
    else if (line.charAt(at) === ":") {
      fields.push(line.slice(start, at));
      start = at + 1;
    }
  }
  fields.push(line.slice(start));
  return fields;
}

function unescape(field: string): string {
  return field.replaceAll(/\\(.)/gs, "$1");
}
