import type { Endpoint, PgstowError } from "../../core/errors.ts";
import { systemCode } from "./system-words.ts";

/** What libpq says after "failed:", by Node's code. */
const networkWords: Readonly<Record<string, string>> = {
  ECONNREFUSED: "Connection refused",
  ECONNRESET: "Connection reset by peer",
  EHOSTUNREACH: "No route to host",
  ENETUNREACH: "Network is unreachable",
  ENOENT: "No such file or directory",
  EACCES: "Permission denied",
  ETIMEDOUT: "timeout expired",
};

/** A failure to connect as libpq words it; several lines where several hosts were tried. */
export function connectionWords(error: PgstowError): string {
  const { attempts, endpoint, severity, serverMessage } = error.context;
  if (attempts !== undefined) return attempts.map(connectionWords).join("\n");
  if (endpoint === undefined) return withHint(error);
  const code = systemCode(error.cause);
  if (code === "ENOTFOUND" || code === "EAI_AGAIN") {
    const reason = code === "ENOTFOUND" ? "Name or service not known" : "Temporary failure in name resolution";
    return `could not translate host name "${endpoint.host}" to address: ${reason}`;
  }
  const failed = `connection to server ${placeOf(endpoint)} failed: `;
  if (serverMessage !== undefined) {
    const { detail, serverHint } = error.context;
    return `${failed}${severity ?? "FATAL"}:  ${serverMessage}${line("DETAIL", detail)}${line("HINT", serverHint)}`;
  }
  if (error.context.refusal === "password-missing") return `${failed}fe_sendauth: no password supplied`;
  if (error.context.refusal === "no-tls") return `${failed}server does not support SSL, but SSL was required`;
  const words = networkWords[code];
  return words === undefined ? `${failed}${withHint(error)}` : `${failed}${words}${questionOf(code, endpoint)}`;
}

function placeOf({ host, address, port, socket }: Endpoint): string {
  if (socket !== undefined) return `on socket "${socket}"`;
  return `at "${host}"${address === undefined || address === host ? "" : ` (${address})`}, port ${String(port)}`;
}

function questionOf(code: string, { socket }: Endpoint): string {
  if (code !== "ECONNREFUSED" && (socket === undefined || code !== "ENOENT")) return "";
  return socket === undefined
    ? "\n\tIs the server running on that host and accepting TCP/IP connections?"
    : "\n\tIs the server running locally and accepting connections on that socket?";
}

/** What a server said, as `ERROR:  message` with its further lines. */
export function serverWords(error: PgstowError): string {
  const { severity, serverMessage, detail, serverHint, where } = error.context;
  const head = `${severity ?? "ERROR"}:  ${serverMessage ?? error.message}`;
  return `${head}${line("DETAIL", detail)}${line("HINT", serverHint)}${line("CONTEXT", where)}`;
}

function line(label: string, text: string | undefined): string {
  return text === undefined ? "" : `\n${label}:  ${text}`;
}

function withHint({ message, hint }: PgstowError): string {
  return hint === undefined ? message : `${message}\n\t${hint}`;
}
