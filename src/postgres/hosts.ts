import { stat } from "node:fs/promises";
import { platform } from "node:os";
import { PgstowError } from "../core/errors.ts";

/** One place to try. */
export interface HostSettings {
  /** Host name, address, or the folder of a local socket. */
  readonly host: string;
  readonly socketFolder: boolean;
  /** Numeric address to connect to instead of looking `host` up. */
  readonly address: string | undefined;
  readonly port: number;
  /** The password that is known for it. */
  readonly password: () => string | undefined;
}

const DEFAULT_PORT = 5432;
/** Debian's and PostgreSQL's own default. */
const DEFAULT_SOCKET_FOLDERS = ["/var/run/postgresql", "/tmp"];

/** Pairs the comma-separated lists of hosts, addresses and ports. Looks for a local socket where no host is named. */
export async function resolveHosts(
  lists: { readonly host: string | undefined; readonly hostaddr: string | undefined; readonly port: string | undefined },
  passwordOf: (host: string, port: number) => string | undefined,
): Promise<HostSettings[]> {
  const names = lists.host?.split(",") ?? [];
  const addresses = lists.hostaddr?.split(",") ?? [];
  const ports = lists.port?.split(",") ?? [];
  const count = Math.max(names.length, addresses.length, 1);
  if (names.length > 0 && addresses.length > 0 && names.length !== addresses.length) {
    throw new PgstowError("usage", `could not match ${names.length} host names to ${addresses.length} hostaddr values`);
  }
  if (ports.length > 1 && ports.length !== count)
    throw new PgstowError("usage", `could not match ${ports.length} port numbers to ${count} hosts`);

  const hosts: HostSettings[] = [];
  for (let index = 0; index < count; index++) {
    const port = parsePort((ports.length === 1 ? ports[0] : ports[index]) ?? "");
    const address = addresses[index]?.trim() || undefined;
    const host = names[index]?.trim() || address || (await defaultHost(port));
    const password = passwordOf(host, port);
    hosts.push({ host, socketFolder: address === undefined && /^[/@]/.test(host), address, port, password: () => password });
  }
  return hosts;
}

/** `host:port`, or the path of the socket. */
export function describeHost(host: HostSettings): string {
  if (host.socketFolder) return `socket ${socketPath(host)}`;
  return host.host.includes(":") ? `[${host.host}]:${host.port}` : `${host.host}:${host.port}`;
}

/** Path of a local server's socket; a leading "@" stands for Linux' abstract names. */
export function socketPath(host: HostSettings): string {
  const file = `${host.host}/.s.PGSQL.${host.port}`;
  return file.startsWith("@") ? `\0${file.slice(1)}` : file;
}

function parsePort(text: string): number {
  if (text.trim() === "") return DEFAULT_PORT;
  if (!/^\s*[+-]?\d+\s*$/.test(text)) throw new PgstowError("usage", `invalid integer value "${text}" for connection option "port"`);
  const port = Number(text);
  if (port < 1 || port > 65535) throw new PgstowError("usage", `invalid port number: "${text}"`);
  return port;
}

async function defaultHost(port: number): Promise<string> {
  if (platform() === "win32") return "localhost";
  for (const folder of DEFAULT_SOCKET_FOLDERS) {
    const status = await stat(`${folder}/.s.PGSQL.${port}`).catch(() => undefined);
    if (status?.isSocket() === true) return folder;
  }
  return "localhost";
}
