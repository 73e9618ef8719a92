import type { ScriptState } from "./script-state.ts";
import type { Variables } from "./variables.ts";

/** The variables that tell about the session. */
export function tellConnection({ session, variables }: Pick<ScriptState, "session" | "variables">): void {
  const { settings, host, parameters } = session;
  const tell = (name: string, value: string): void => variables.tell(name, Buffer.from(value).toString("latin1"));
  tell("DBNAME", settings.database);
  tell("USER", settings.user);
  tell("HOST", host.host);
  tell("PORT", String(host.port));
  tell("ENCODING", parameters.get("client_encoding") ?? "");
  const version = parameters.get("server_version") ?? "";
  tell("SERVER_VERSION_NAME", version);
  const [major = "0", minor = "0"] = /^(\d+)(?:\.(\d+))?/.exec(version)?.slice(1) ?? [];
  tell("SERVER_VERSION_NUM", String(Number(major) * 10_000 + Number(minor)));
}

/** The variables that tell about psql itself. */
export function tellVersion(variables: Variables, version: string): void {
  const [major = "0", minor = "0"] = version.split(".");
  variables.tell("VERSION", `PostgreSQL ${version} (pgstow)`);
  variables.tell("VERSION_NAME", version);
  variables.tell("VERSION_NUM", String(Number(major) * 10_000 + Number(minor)));
}
