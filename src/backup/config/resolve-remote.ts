import { isAbsolute, resolve } from "node:path";

import { PgstowError } from "../../core/errors.ts";
import type { ConnectionSettings, Environment } from "../../postgres/settings.ts";
import type { StoreOptions } from "../../store/archive-store.ts";
import { safeName } from "../names.ts";
import type { RemoteConfig } from "../remote.ts";
import type { FoundConfig } from "./find-config.ts";
import type { PgstowConfig } from "./schema.ts";
import { fillIn } from "./variables.ts";

/** Where backups go when nobody says where: below the folder of the configuration, or the current one. */
const DEFAULT_STORE = "./backups";

/** Names of one and the same machine: the one this runs on. */
const LOOPBACK: readonly string[] = ["localhost", "127.0.0.1", "::1"];

export interface ResolveOptions {
  readonly found: FoundConfig | undefined;
  /** The current folder. */
  readonly folder: string;
  readonly environment: Environment;
  /** Takes the place of what the configuration says. */
  readonly store?: string | undefined;
}

/** What work on a remote's backups needs that does not touch its database. */
export interface ResolvedPlace {
  readonly remote: Pick<RemoteConfig, "name" | "retention">;
  readonly store: StoreOptions;
}

export interface ResolvedRemote {
  readonly remote: RemoteConfig;
  readonly store: StoreOptions;
}

/** The remote of that name, or of that URL. Throws a PgstowError `not-found` that names the remotes that there are, or `usage`. */
export async function resolveRemote(wanted: string, options: ResolveOptions): Promise<ResolvedRemote> {
  if (isUrl(wanted)) return remoteOfUrl(wanted, options);
  const remote = fillIn(describedRemote(wanted, options), options.environment, `remotes.${wanted}`);
  return { remote: { name: wanted, ...remote }, store: storeOf(remote.store, options) };
}

/** The same for work on backups alone: whoever lists or verifies them need not know how to get at the database. */
export async function resolvePlace(wanted: string, options: ResolveOptions): Promise<ResolvedPlace> {
  if (isUrl(wanted)) return remoteOfUrl(wanted, options);
  const { retention, store } = describedRemote(wanted, options);
  const filled = fillIn({ retention, store }, options.environment, `remotes.${wanted}`);
  return { remote: { name: wanted, retention: filled.retention }, store: storeOf(filled.store, options) };
}

function isUrl(wanted: string): boolean {
  return /^postgres(ql)?:\/\//i.test(wanted) || wanted.includes("=");
}

function describedRemote(wanted: string, { found }: ResolveOptions) {
  const described = found === undefined || !Object.hasOwn(found.config.remotes, wanted) ? undefined : found.config.remotes[wanted];
  if (described === undefined) throw unknownRemote(wanted, found);
  return described;
}

/** The store for work that names no remote. */
export function defaultStore(options: ResolveOptions): StoreOptions {
  return storeOf(undefined, options);
}

/** Names of all remotes that the configuration has. */
export function remoteNames(found: FoundConfig | undefined): string[] {
  return Object.keys(found?.config.remotes ?? {});
}

function storeOf(own: PgstowConfig["store"], { found, folder, environment, store }: ResolveOptions): StoreOptions {
  if (store !== undefined) return { url: inFolder(store, folder) };
  const common = found?.config.store === undefined ? undefined : fillIn(found.config.store, environment, "store");
  const chosen = own ?? common ?? DEFAULT_STORE;
  const options = typeof chosen === "string" ? { url: chosen } : chosen;
  return { ...options, url: inFolder(options.url, found?.folder ?? folder) };
}

function inFolder(url: string, folder: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(url) || isAbsolute(url) ? url : resolve(folder, url);
}

/** A URL that is that of a remote is that remote, with its environment: production stays production. */
async function remoteOfUrl(url: string, options: ResolveOptions): Promise<ResolvedRemote> {
  const { resolveSettings } = await import("../../postgres/settings.ts");
  const settings = await resolveSettings({ dbname: url }, options.environment);
  for (const name of remoteNames(options.found)) {
    const known = options.found?.config.remotes[name];
    const itsUrl = known === undefined ? undefined : tryToFillIn(known.url, options.environment);
    if (itsUrl === undefined) continue;
    const its = await resolveSettings({ dbname: itsUrl }, options.environment);
    if (!isSameDatabase(settings, its)) continue;
    const resolved = await resolveRemote(name, options);
    return { ...resolved, remote: { ...resolved.remote, url } };
  }
  const [host] = settings.hosts;
  const isHere = host === undefined || host.socketFolder || LOOPBACK.includes(host.host);
  const name = safeName(`${host === undefined || host.socketFolder ? "local" : host.host}-${settings.database}`).slice(0, 60);
  return { remote: { name, url, environment: isHere ? "local" : "staging" }, store: storeOf(undefined, options) };
}

/** Of a remote that is not asked for, an unset variable is nobody's business. */
function tryToFillIn(url: string, environment: Environment): string | undefined {
  try {
    return fillIn(url, environment, "url");
  } catch {
    return undefined;
  }
}

function isSameDatabase(a: ConnectionSettings, b: ConnectionSettings): boolean {
  const places = (settings: ConnectionSettings) =>
    settings.hosts.map(({ host, port }) => `${LOOPBACK.includes(host) ? "localhost" : host.toLowerCase()}:${port}`);
  return a.database === b.database && places(a).some((place) => places(b).includes(place));
}

function unknownRemote(wanted: string, found: FoundConfig | undefined): PgstowError {
  if (found === undefined) {
    return new PgstowError("not-found", `there is no remote "${wanted}": no configuration file was found`, {
      hint: "Write pgstow.config.yaml with remotes, name a file with --config, or give a postgres:// URL.",
    });
  }
  const names = remoteNames(found);
  return new PgstowError("not-found", `there is no remote "${wanted}" in ${found.file}`, {
    hint: names.length === 0 ? "It has no remotes." : nearestFirst(wanted, names),
  });
}

function nearestFirst(wanted: string, names: readonly string[]): string {
  const score = (name: string) =>
    [...wanted.toLowerCase()].filter((letter) => name.toLowerCase().includes(letter)).length - Math.abs(name.length - wanted.length);
  const sorted = [...names].sort((a, b) => score(b) - score(a));
  return `Remotes: ${sorted.slice(0, 8).join(", ")}${sorted.length > 8 ? ", ..." : ""}.`;
}
