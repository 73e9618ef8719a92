import { readFile, stat } from "node:fs/promises";
import { isIP } from "node:net";
import type { Socket } from "node:net";
import { platform } from "node:os";
import { checkServerIdentity, connect } from "node:tls";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import { PgstowError } from "../core/errors.ts";
import type { HostSettings } from "./hosts.ts";
import type { NamedFile, TlsSettings } from "./tls-settings.ts";

/**
 * Reads the certificates that the settings name and turns them into Node's options for one host. As in libpq, a root certificate that is
 * there is used in every mode, and the name on the server's certificate counts in verify-full alone.
 */
export async function readTlsOptions(tls: TlsSettings, host: HostSettings): Promise<ConnectionOptions> {
  const authorities = tls.rootCertificates === "system" ? undefined : await readNamed(tls.rootCertificates, "root certificate");
  const verifies = tls.mode === "verify-ca" || tls.mode === "verify-full";
  if (verifies && tls.rootCertificates !== "system" && authorities === undefined) {
    throw new PgstowError("connection", `root certificate file ${tls.rootCertificates.file} does not exist`, {
      hint: "give sslrootcert=FILE, or sslrootcert=system for the authorities that Node trusts, or sslmode=require to skip verification",
    });
  }
  const revocations = authorities === undefined ? undefined : await readNamed(tls.revocationList, "revocation list");
  const name = host.host;
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(revocations === undefined ? {} : { crl: revocations }),
    ...(await readClientCertificate(tls)),
    ...(tls.serverNameIndication && isIP(name) === 0 ? { servername: name } : {}),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
    ...(tls.negotiation === "direct" ? { ALPNProtocols: ["postgresql"] } : {}),
    minVersion: tls.minVersion,
    rejectUnauthorized: verifies || authorities !== undefined,
    checkServerIdentity: (_servername, certificate) => (tls.mode === "verify-full" ? checkServerIdentity(name, certificate) : undefined),
  };
}

/** Speaks TLS on a connected socket; rejects with Node's error when the handshake or a check fails. */
export function startTls(socket: Socket, options: ConnectionOptions): Promise<TLSSocket> {
  return new Promise((resolve, reject) => {
    const secure = connect({ ...options, socket });
    const fail = (error: Error): void => {
      socket.off("close", closed);
      secure.destroy();
      reject(error);
    };
    const closed = (): void => fail(new PgstowError("connection", "the server closed the connection during the TLS handshake"));
    secure.once("error", fail);
    socket.once("close", closed);
    secure.once("secureConnect", () => {
      secure.off("error", fail);
      socket.off("close", closed);
      if (options.ALPNProtocols === undefined || secure.alpnProtocol === "postgresql") resolve(secure);
      else
        fail(
          new PgstowError("connection", "what answers does not speak PostgreSQL's protocol over direct TLS", {
            hint: "sslnegotiation=direct needs PostgreSQL 17 or newer",
          }),
        );
    });
  });
}

async function readClientCertificate(tls: TlsSettings): Promise<ConnectionOptions> {
  const certificate = tls.sendCertificate === "disable" ? undefined : await readNamed(tls.certificate, "client certificate");
  if (certificate === undefined) {
    if (tls.sendCertificate === "require") {
      throw new PgstowError("connection", `client certificate ${tls.certificate.file} does not exist, but sslcertmode=require`, {
        hint: "give sslcert=FILE and sslkey=FILE",
      });
    }
    return {};
  }
  const key = await readNamed(tls.key, "private key");
  if (key === undefined) {
    throw new PgstowError("connection", `certificate ${tls.certificate.file} is present, but not private key file ${tls.key.file}`, {
      hint: "give sslkey=FILE",
    });
  }
  await checkKeyPermissions(tls.key.file);
  const passphrase = tls.keyPassword();
  return { cert: certificate, key, ...(passphrase === undefined ? {} : { passphrase }) };
}

/** A key of our own may be for us alone; one of root's may be for its group too. */
async function checkKeyPermissions(file: string): Promise<void> {
  if (platform() === "win32") return;
  const status = await stat(file);
  const forbidden = status.uid === 0 ? 0o037 : 0o077;
  if ((status.mode & forbidden) !== 0) {
    throw new PgstowError("connection", `private key file ${file} has group or world access`, {
      hint: `chmod 0600 ${file} (0640 or less when root owns it)`,
    });
  }
}

/** The file's bytes; undefined for a default file that is not there. */
async function readNamed(named: NamedFile, what: string): Promise<Buffer | undefined> {
  try {
    return await readFile(named.file);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (!named.given && (code === "ENOENT" || code === "ENOTDIR")) return undefined;
    throw new PgstowError("connection", `cannot read ${what} ${named.file}: ${code === "ENOENT" ? "no such file" : code}`, {
      cause: error,
    });
  }
}
