import { PgstowError } from "../core/errors.ts";
import { describeHost, socketPath } from "./hosts.ts";
import type { HostSettings } from "./hosts.ts";
import { errorContext } from "./server-errors.ts";
import type { ServerReport } from "./server-errors.ts";
import type { ConnectionSettings } from "./settings.ts";

/** What went wrong in words, and what to try, by the code of Node's error. `@` stands for the place. */
const NETWORK_FAULTS: Readonly<Record<string, readonly [string, string]>> = {
  ECONNREFUSED: ["cannot connect to @: connection refused", "check host and port, and that the server runs and listens there"],
  ENOTFOUND: ["cannot connect to @: the host name is unknown", "check the spelling of the host (-h, PGHOST)"],
  EAI_AGAIN: ["cannot connect to @: the host name cannot be looked up now", "check the network and its name server"],
  ETIMEDOUT: ["cannot connect to @: no answer in time", "check host, port and firewalls; connect_timeout allows more time"],
  EHOSTUNREACH: ["cannot connect to @: no route to the host", "check the network and firewalls"],
  ENETUNREACH: ["cannot connect to @: the network is unreachable", "check the network"],
  EACCES: ["cannot connect to @: permission denied", "check who may use the socket"],
  ENOENT: [
    "cannot connect to @: there is no such socket",
    "check that the server runs and uses this folder and port; give -h localhost for TCP",
  ],
  ENOTSOCK: ["cannot connect to @: this is not a socket", "check the folder given as host"],
  ECONNRESET: [
    "the connection to @ was reset while it was being opened",
    "check that a PostgreSQL server listens there and what its log says",
  ],
  EPIPE: ["the connection to @ was closed while it was being opened", "check that a PostgreSQL server listens there and what its log says"],
};

const CERTIFICATE_FAULTS: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: "it has expired",
  CERT_NOT_YET_VALID: "it is not valid yet",
  CERT_REVOKED: "it is revoked",
  DEPTH_ZERO_SELF_SIGNED_CERT: "it is self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "its authority is not among the trusted root certificates",
  UNABLE_TO_GET_ISSUER_CERT: "its authority is not among the trusted root certificates",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "its authority is not among the trusted root certificates",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "its authority is not among the trusted root certificates",
  CERT_SIGNATURE_FAILURE: "its signature is wrong",
};

/** An error of the operating system, of TLS, or of the caller's signal, as one line that says what is wrong. */
export function connectionError(error: unknown, host: HostSettings): PgstowError {
  if (error instanceof PgstowError) return error;
  const place = describeHost(host);
  const code = error instanceof Error ? ((error as NodeJS.ErrnoException).code ?? "") : "";
  const network = NETWORK_FAULTS[code];
  if (network !== undefined) {
    return new PgstowError(
      "connection",
      network[0].replace("@", () => place),
      { cause: error, hint: network[1] },
    );
  }
  const certificate = CERTIFICATE_FAULTS[code];
  if (certificate !== undefined) {
    return new PgstowError("connection", `the certificate of ${place} cannot be trusted: ${certificate}`, {
      cause: error,
      hint: "give the right root certificate (sslrootcert=FILE, or sslrootcert=system)",
    });
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return new PgstowError("connection", `the certificate of ${place} is for another host name`, {
      cause: error,
      hint: "connect by a name that the certificate holds, or use sslmode=verify-ca to skip this check",
    });
  }
  const words = error instanceof Error ? error.message.trim().replaceAll(/\s*\n\s*/g, "; ") : String(error);
  if (code.startsWith("ERR_SSL") || code.startsWith("ERR_OSSL") || code === "EPROTO") {
    return new PgstowError("connection", `TLS with ${place} failed: ${words}`, {
      cause: error,
      hint: "check sslcert, sslkey, sslpassword and the TLS versions that both sides allow",
    });
  }
  return new PgstowError("connection", `cannot connect to ${place}: ${words}`, { cause: error });
}

/** The same error with the place where it happened, for whoever words it in another way; `address` once it is known. */
export function atEndpoint(error: PgstowError, host: HostSettings, address: string | undefined): PgstowError {
  const endpoint = {
    host: host.host,
    port: host.port,
    ...(address === undefined ? {} : { address }),
    ...(host.socketFolder ? { socket: socketPath(host).replace("\0", "@") } : {}),
  };
  return new PgstowError(error.code, error.message, {
    cause: error.cause,
    context: { ...error.context, endpoint },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

/** The server's refusal to let us in, as one line with what to try. */
export function refusalError(report: ServerReport, settings: ConnectionSettings, host: HostSettings, encrypted: boolean): PgstowError {
  const { message, hint } = describeRefusal(report, settings, describeHost(host), encrypted);
  return new PgstowError("connection", message, {
    context: errorContext(report, undefined),
    ...(hint === undefined ? {} : { hint }),
  });
}

export function passwordMissing(settings: ConnectionSettings, host: HostSettings): PgstowError {
  return new PgstowError(
    "connection",
    `the server on ${describeHost(host)} asks for a password of user "${settings.user}" and none was given`,
    {
      context: { refusal: "password-missing" },
      hint: "use PGPASSWORD, ~/.pgpass or -W",
    },
  );
}

function describeRefusal(
  report: ServerReport,
  settings: ConnectionSettings,
  place: string,
  encrypted: boolean,
): { message: string; hint: string | undefined } {
  const said = report.message;
  switch (report.sqlstate) {
    case "28P01":
      return {
        message: `wrong password: ${said} on ${place}`,
        hint: "check user and password (PGPASSWORD, ~/.pgpass, -W); the server gives the same answer for a user that does not exist",
      };
    case "28000":
      return {
        message: `${place} refuses the connection: ${said}`,
        hint: said.includes("pg_hba.conf")
          ? encrypted
            ? "the server's pg_hba.conf has no line for this host, user and database"
            : "the server's pg_hba.conf may want TLS: try sslmode=require"
          : `check the user "${settings.user}" (-U, PGUSER)`,
      };
    case "3D000":
      return { message: `${said} on ${place}`, hint: "check the database's name (-d, PGDATABASE)" };
    case "42501":
      return {
        message: `${place} refuses the connection: ${said}`,
        hint: `user "${settings.user}" needs CONNECT on database "${settings.database}"`,
      };
    case "53300":
      return {
        message: `${place} has no free connection: ${said}`,
        hint: "try again later, or raise max_connections or the role's connection limit",
      };
    case "57P03":
      return { message: `${place} accepts no connections now: ${said}`, hint: "try again when the server has started" };
    default:
      return { message: `${place} refuses the connection: ${said}`, hint: report.hint };
  }
}
