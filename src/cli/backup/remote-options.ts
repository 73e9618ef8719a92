import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { PgstowError } from "../../core/errors.ts";
import type { BackupManager } from "../../backup/manager.ts";
import type { ResolveOptions, ResolvedPlace } from "../../backup/config/resolve-remote.ts";
import type { RemoteConfig } from "../../backup/remote.ts";
import type { StoreOptions } from "../../store/archive-store.ts";
import type { CommandContext } from "../command.ts";
import type { OptionSpec, ParsedArguments } from "../option.ts";

const group = "Remote options:";

export const remoteOptions: readonly OptionSpec[] = [
  {
    name: "remote",
    short: "r",
    type: "value",
    valueName: "REMOTE",
    describe: "a remote of the configuration, or a postgres:// URI",
    group,
  },
  {
    name: "store",
    type: "value",
    valueName: "PLACE",
    describe:
      "where backups are kept: a folder, file:///FOLDER or s3://BUCKET/PREFIX; what the configuration says without it, or ./backups",
    group,
  },
  { name: "config", type: "value", valueName: "FILE", describe: "this configuration, and no search for one", group },
];

export const jsonOption: OptionSpec = { name: "json", type: "flag", describe: "print JSON on standard output", group: "General options:" };
export const yesOption: OptionSpec = {
  name: "yes",
  short: "y",
  type: "flag",
  describe: "answer every question with yes (but for a restore into production)",
  group: "General options:",
};

/** A store that is open, and the remote that the command is about. */
export interface OpenRemote {
  readonly manager: BackupManager;
  readonly remote: RemoteConfig;
}

/** A store that is open, and the remote whose backups the command is about, without the way to its database. */
export interface OpenPlace {
  readonly manager: BackupManager;
  readonly remote: ResolvedPlace["remote"];
}

/** Opens the remote that is asked for; without `--remote` the only one of the configuration. */
export async function openRemote(args: ParsedArguments): Promise<OpenRemote> {
  const options = await resolveOptions(args);
  const { resolveRemote } = await import("../../backup/config/resolve-remote.ts");
  const { remote, store } = await resolveRemote(await wantedRemote(args, options), options);
  return { manager: await openManager(store), remote };
}

/** The same for work on its backups alone. */
export async function openPlace(args: ParsedArguments): Promise<OpenPlace> {
  const options = await resolveOptions(args);
  return openPlaceOf(await wantedRemote(args, options), options);
}

/** The backups of a remote by its name, for commands that know two. */
export async function openNamedPlace(args: ParsedArguments, name: string): Promise<OpenPlace> {
  return openPlaceOf(name, await resolveOptions(args));
}

async function openPlaceOf(name: string, options: ResolveOptions): Promise<OpenPlace> {
  const { resolvePlace } = await import("../../backup/config/resolve-remote.ts");
  const { remote, store } = await resolvePlace(name, options);
  return { manager: await openManager(store), remote };
}

async function wantedRemote(args: ParsedArguments, { found }: ResolveOptions): Promise<string> {
  const { remoteNames } = await import("../../backup/config/resolve-remote.ts");
  const names = remoteNames(found);
  const wanted = args.value("remote") ?? (names.length === 1 ? names[0] : undefined);
  if (wanted !== undefined) return wanted;
  const hint =
    names.length === 0 ? "There is no configuration with remotes; a postgres:// URI does as well." : `Remotes: ${names.join(", ")}.`;
  throw new PgstowError("usage", "option -r/--remote must be specified", { hint });
}

/** A store that is open; with the remote that the command is about, when it is about one. */
export interface OpenedStore {
  readonly manager: BackupManager;
  readonly remote: OpenPlace["remote"] | undefined;
}

/**
 * The remote that is asked for; or, without `--remote`, every store that the configuration names, each once. `onBroken` is told why one
 * is left out, and then it need not be all; unless each of them is.
 */
export async function openStores(args: ParsedArguments, onBroken?: (error: PgstowError) => void): Promise<OpenedStore[]> {
  if (args.value("remote") !== undefined) return [await openPlace(args)];
  const options = await resolveOptions(args);
  const { defaultStore, remoteNames, resolvePlace } = await import("../../backup/config/resolve-remote.ts");
  const stores = new Map<string, StoreOptions>();
  const broken: PgstowError[] = [];
  if (args.value("store") === undefined) {
    for (const name of remoteNames(options.found)) {
      try {
        const { store } = await resolvePlace(name, options);
        stores.set(JSON.stringify(store), store);
      } catch (error) {
        if (onBroken === undefined || !(error instanceof PgstowError)) throw error;
        broken.push(error);
      }
    }
    if (stores.size === 0 && broken[0] !== undefined) throw broken[0];
    for (const error of broken) onBroken?.(error);
  }
  if (stores.size === 0) stores.set("", defaultStore(options));
  return Promise.all([...stores.values()].map(async (store) => ({ manager: await openManager(store), remote: undefined })));
}

async function resolveOptions(args: ParsedArguments): Promise<ResolveOptions> {
  const { findConfig } = await import("../../backup/config/find-config.ts");
  const folder = process.cwd();
  return { found: await findConfig(folder, args.value("config")), folder, environment: process.env, store: args.value("store") };
}

async function openManager(store: StoreOptions): Promise<BackupManager> {
  const [{ BackupManager }, { processFacts }] = await Promise.all([import("../../backup/manager.ts"), import("../../store/lock.ts")]);
  // Which version of Node.js the AWS SDK will want some day is no news for whoever makes a backup.
  process.env["AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED"] ??= "true";
  return new BackupManager(store, {
    environment: process.env,
    process: processFacts(process),
    onHookOutput: (bytes) => process.stderr.write(bytes),
    askPassword: async (prompt) => (await import("../password-prompt.ts")).promptForPassword(prompt),
  });
}

/** What is found on the way goes to standard error, each once. */
export function diagnosticSink(context: CommandContext, before: () => void = () => undefined): DiagnosticSink {
  const said = new Set<string>();
  return (diagnostic) => {
    if (said.has(diagnostic.message)) return;
    said.add(diagnostic.message);
    before();
    context.messages.diagnostic(diagnostic);
  };
}

export function printJson(value: unknown): void {
  process.stdout.write(`${JSON.stringify(value, null, 2)}\n`);
}
