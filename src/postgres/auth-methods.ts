import { PgstowError } from "../core/errors.ts";

/** Ways to prove who we are, in require_auth's words. */
export const AUTH_METHODS = ["password", "md5", "scram-sha-256", "gss", "sspi", "oauth", "none"] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

/** `require_auth`: a list of methods, or of methods each with a `!` before it that are ruled out. */
export function parseRequireAuth(value: string | undefined): ReadonlySet<AuthMethod> | undefined {
  if (value === undefined) return undefined;
  const words = value.split(",").map((word) => word.trim());
  const negated = words.map((word) => word.startsWith("!"));
  if (negated.includes(true) && negated.includes(false)) {
    throw new PgstowError("usage", `require_auth "${value}" mixes methods with and without "!"`);
  }
  const named = words.map((word) => {
    const method = AUTH_METHODS.find((candidate) => candidate === word.replace("!", ""));
    if (method === undefined)
      throw new PgstowError("usage", `invalid require_auth value: "${word}"`, { hint: `methods are ${AUTH_METHODS.join(", ")}` });
    return method;
  });
  return new Set(negated.includes(true) ? AUTH_METHODS.filter((method) => !named.includes(method)) : named);
}
