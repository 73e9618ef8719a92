import { PgstowError } from "../core/errors.ts";

const REASONS: Readonly<Record<string, readonly [reason: string, hint?: string]>> = {
  AccessDenied: ["access denied", "the keys in use need the right to list, read, write and delete below this prefix"],
  CredentialsProviderError: ["no credentials were found", "set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"],
  ExpiredToken: ["the credentials have expired"],
  Forbidden: ["access denied"],
  InvalidAccessKeyId: ["the access key is not known there"],
  NoSuchBucket: ["there is no such bucket"],
  PermanentRedirect: ["the bucket is in another region", "set the store's region, or AWS_REGION"],
  SignatureDoesNotMatch: ["the secret key is wrong"],
};

const ERRNOS: Readonly<Record<string, string>> = {
  ECONNREFUSED: "nobody answers there: connection refused",
  ECONNRESET: "the connection was lost",
  ENOTFOUND: "the host's name is not known",
  ETIMEDOUT: "no answer in time",
};

/** What the service, the network or the SDK said, as one line; keys and signatures never get into it. */
export function s3Error(action: string, address: string, cause: unknown): PgstowError {
  if (cause instanceof PgstowError) return cause;
  const [reason, hint] = reasonOf(cause);
  return new PgstowError("file", `could not ${action} "${address}": ${reason}`, {
    cause,
    context: { file: address },
    ...(hint === undefined ? {} : { hint }),
  });
}

function reasonOf(cause: unknown): readonly [reason: string, hint?: string] {
  if (!(cause instanceof Error)) return [String(cause)];
  const known = REASONS[cause.name];
  if (known !== undefined) return known;
  const errno = "code" in cause ? ERRNOS[String(cause.code)] : undefined;
  if (errno !== undefined) return [errno];
  if (statusOf(cause) === 403) return ["access denied"];
  if (/Exceeded \d+ parts/.test(cause.message)) return ["it has more parts than an upload may have", "set the store's partBytes to more"];
  if (cause.message.includes("Region is missing")) return ["no region is set", "set the store's region, or AWS_REGION"];
  const message =
    cause.message === "" || cause.message === "UnknownError" ? `the service answered ${String(statusOf(cause))}` : cause.message;
  return [message.replaceAll(/\s+/g, " ")];
}

export function statusOf(error: unknown): number | undefined {
  if (typeof error !== "object" || error === null || !("$metadata" in error)) return undefined;
  return (error.$metadata as { httpStatusCode?: number }).httpStatusCode;
}

export function isMissing(error: unknown): boolean {
  if (error instanceof Error && error.name === "NoSuchBucket") return false;
  return statusOf(error) === 404;
}
