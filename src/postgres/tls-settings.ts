import path from "node:path";
import { PgstowError } from "../core/errors.ts";
import { oneOf } from "./keyword-values.ts";
import type { KeywordLookup } from "./keyword-values.ts";

export const TLS_MODES = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"] as const;
export type TlsMode = (typeof TLS_MODES)[number];

export type TlsVersion = "TLSv1" | "TLSv1.1" | "TLSv1.2" | "TLSv1.3";

/** A file that must be there when it was named, and need not when its name is libpq's default. */
export interface NamedFile {
  readonly file: string;
  readonly given: boolean;
}

/** TLS as libpq's ssl* keywords ask for it. Files are read when a connection is opened. */
export interface TlsSettings {
  readonly mode: TlsMode;
  readonly negotiation: "postgres" | "direct";
  /** "system" trusts the authorities that come with Node. */
  readonly rootCertificates: "system" | NamedFile;
  readonly revocationList: NamedFile;
  readonly certificate: NamedFile;
  readonly key: NamedFile;
  readonly keyPassword: () => string | undefined;
  readonly sendCertificate: "disable" | "allow" | "require";
  readonly serverNameIndication: boolean;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion | undefined;
}

const VERSIONS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"] as const;

export function resolveTls(get: KeywordLookup, homeFolder: string): TlsSettings {
  const system = get("sslrootcert") === "system";
  const mode = oneOf(get, "sslmode", TLS_MODES, system ? "verify-full" : "prefer");
  const negotiation = oneOf(get, "sslnegotiation", ["postgres", "direct"], "postgres");
  if (system && mode !== "verify-full") {
    throw new PgstowError("usage", `weak sslmode "${mode}" may not be used with sslrootcert=system`, { hint: "use sslmode=verify-full" });
  }
  if (negotiation === "direct" && ["disable", "allow", "prefer"].includes(mode)) {
    throw new PgstowError("usage", `weak sslmode "${mode}" may not be used with sslnegotiation=direct`, {
      hint: "use sslmode=require, verify-ca or verify-full",
    });
  }
  if (get("sslcrldir") !== undefined)
    throw new PgstowError("unsupported", 'connection keyword "sslcrldir" is not supported', { hint: "use sslcrl" });
  const named = (keyword: string, fallback: string): NamedFile => {
    const file = get(keyword);
    return file === undefined ? { file: path.join(homeFolder, ".postgresql", fallback), given: false } : { file, given: true };
  };
  const keyPassword = get("sslpassword");
  return {
    mode,
    negotiation,
    rootCertificates: system ? "system" : named("sslrootcert", "root.crt"),
    revocationList: named("sslcrl", "root.crl"),
    certificate: named("sslcert", "postgresql.crt"),
    key: named("sslkey", "postgresql.key"),
    keyPassword: () => keyPassword,
    sendCertificate: oneOf(get, "sslcertmode", ["disable", "allow", "require"], "allow"),
    serverNameIndication: oneOf(get, "sslsni", ["0", "1"], "1") === "1",
    minVersion: oneOf(get, "ssl_min_protocol_version", VERSIONS, "TLSv1.2"),
    maxVersion: get("ssl_max_protocol_version") === undefined ? undefined : oneOf(get, "ssl_max_protocol_version", VERSIONS, "TLSv1.3"),
  };
}
