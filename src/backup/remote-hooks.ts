import { givenKeywords, resolveSettings } from "../postgres/settings.ts";
import type { BackupContext } from "./create.ts";
import { runHook } from "./hook.ts";
import type { RemoteConfig } from "./remote.ts";

/** Runs one of a remote's hooks, if it has it. Throws a PgstowError when it fails. */
export async function runRemoteHook(
  context: BackupContext,
  remote: RemoteConfig,
  name: "before" | "after" | "failed",
  input: unknown,
  signal: AbortSignal | undefined,
): Promise<void> {
  const command = remote.hooks?.[name];
  if (command === undefined) return;
  const secrets = await secretsOf(context, remote);
  await runHook({ name, command, input, timeout: remote.hooks?.timeout, secrets, onOutput: context.onHookOutput, signal });
}

/** Every password and key by which the remote's database and its store are reached. */
async function secretsOf({ environment, secrets }: BackupContext, remote: RemoteConfig): Promise<string[]> {
  const given = givenKeywords({ dbname: remote.url });
  const { hosts } = await resolveSettings({ dbname: remote.url }, environment);
  // As it is written in the URL, which need not be as anybody else would write it.
  const written = /^\w+:\/\/[^/?#]*?:([^/?#]*)@/.exec(remote.url)?.[1];
  const variables = ["PGPASSWORD", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"].map((name) => environment[name]);
  const key = typeof remote.store === "object" ? remote.store.secretAccessKey : undefined;
  const all = [...hosts.map(({ password }) => password()), given["password"], given["sslpassword"], written, key, ...variables, ...secrets];
  return all.filter((one) => one !== undefined);
}
