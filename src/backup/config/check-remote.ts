import { PgstowError } from "../../core/errors.ts";
import type { RemoteConfig } from "../remote.ts";

/** A remote's name is a folder's name, and what people type. */
export const REMOTE_NAME = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

/** Checks what a caller without types may get wrong. Throws a PgstowError `usage`. */
export function checkRemote(remote: RemoteConfig): RemoteConfig {
  if (!REMOTE_NAME.test(remote.name)) {
    throw new PgstowError("usage", `"${remote.name}" cannot be a remote's name`, {
      hint: "A name has letters, digits, _, - and ., and begins with a letter or digit.",
    });
  }
  if (typeof remote.url !== "string" || remote.url === "") throw new PgstowError("usage", `remote "${remote.name}" has no url`);
  const timeout = remote.hooks?.timeout;
  if (timeout !== undefined && !(timeout > 0 && timeout <= 1_000_000)) {
    throw new PgstowError("usage", `remote "${remote.name}": the timeout of hooks is no number of seconds`);
  }
  return remote;
}
