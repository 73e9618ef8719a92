import type { Socket } from "node:net";
import type { ConnectionOptions, TLSSocket } from "node:tls";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { authenticate } from "./authenticate.ts";
import type { AuthenticationOutcome } from "./authenticate.ts";
import { encodeQuery, encodeStartup, encodeTlsRequest, MessageReader, readDataRow, readStrings, TYPE } from "./messages.ts";
import type { Message } from "./messages.ts";
import { noticeDiagnostic, readServerReport } from "./server-errors.ts";
import type { ConnectionSettings, TargetSession } from "./settings.ts";
import { startTls } from "./tls.ts";

/** A session that the server has accepted, on a paused socket. */
export interface OpenSession {
  readonly socket: Socket;
  /** What the server reported: server_version, in_hot_standby, ... */
  readonly parameters: Map<string, string>;
  /** Process id and secret, as they stand in a CancelRequest. */
  readonly backendKey: Buffer;
  /** The messages from AuthenticationOk to ReadyForQuery, for a driver to read. */
  readonly greeting: Buffer;
}

/**
 * Asks for TLS in the protocol's own way. Undefined when the server does not offer it; then the socket goes on without. With direct
 * negotiation TLS starts at once.
 */
export async function negotiateTls(socket: Socket, options: ConnectionOptions, direct: boolean): Promise<TLSSocket | undefined> {
  if (direct) return startTls(socket, options);
  const answer = new Promise<Buffer>((resolve, reject) => {
    socket.once("data", resolve).once("error", reject);
    socket.once("close", () => reject(new PgstowError("connection", "the server closed the connection when asked for TLS")));
  });
  socket.write(encodeTlsRequest());
  const bytes = await answer.finally(() => socket.removeAllListeners("data").removeAllListeners("error").removeAllListeners("close"));
  socket.pause();
  const word = String.fromCharCode(bytes[0]!);
  // Bytes after the answer were not encrypted: whoever sent them wants them taken for the server's.
  if (bytes.length > 1 && word !== "E")
    throw new PgstowError("connection", "received unencrypted data after the answer to the TLS request");
  if (word === "N") return undefined;
  if (word !== "S")
    throw new PgstowError("connection", "the server did not answer the request for TLS", {
      hint: "check host and port, and the server's log",
    });
  return startTls(socket, options);
}

/** Sends the startup message and gets through authentication to the first ReadyForQuery. */
export async function startSession(
  socket: Socket,
  settings: ConnectionSettings,
  password: string | undefined,
  onDiagnostic: DiagnosticSink,
): Promise<OpenSession | Exclude<AuthenticationOutcome, { type: "accepted" }>> {
  const reader = new MessageReader(socket);
  const parameters = new Map<string, string>();
  const frames: Buffer[] = [];
  const onNews = (message: Message): void => {
    if (message.type === TYPE.notice) {
      onDiagnostic(noticeDiagnostic(readServerReport(message.body)));
      return;
    }
    const [name = "", value = ""] = readStrings(message.body);
    parameters.set(name, value);
    frames.push(Buffer.from(message.frame));
  };
  socket.write(
    encodeStartup({
      user: settings.user,
      database: settings.database,
      application_name: settings.applicationName,
      client_encoding: "UTF8",
      ...settings.startupParameters,
    }),
  );
  const outcome = await authenticate({ settings, socket, reader, password, onNews });
  if (outcome.type !== "accepted") return outcome;

  frames.unshift(AUTHENTICATION_OK);
  let backendKey: Buffer = Buffer.alloc(0);
  for (;;) {
    const message = await reader.nextAnswer(onNews);
    if (message.type === TYPE.error) return { type: "refused", report: readServerReport(message.body) };
    frames.push(Buffer.from(message.frame));
    if (message.type === TYPE.backendKey) backendKey = Buffer.from(message.body);
    if (message.type === TYPE.ready) break;
  }
  const suits = await suitsTarget(settings.targetSession, parameters, () => askForState(socket, reader, onNews));
  const rest = reader.detach();
  if (!suits) throw new PgstowError("connection", UNSUITABLE[settings.targetSession]);
  return { socket, parameters, backendKey, greeting: Buffer.concat([...frames, rest]) };
}

const AUTHENTICATION_OK = Buffer.from([TYPE.authentication, 0, 0, 0, 8, 0, 0, 0, 0]);

const UNSUITABLE: Readonly<Record<TargetSession, string>> = {
  any: "",
  "read-write": "the session is read-only",
  "read-only": "the session is not read-only",
  primary: "the server is a standby",
  standby: "the server is not a standby",
  "prefer-standby": "the server is not a standby",
};

interface ServerState {
  readonly readOnly: boolean;
  readonly standby: boolean;
}

async function suitsTarget(
  target: TargetSession,
  parameters: ReadonlyMap<string, string>,
  ask: () => Promise<ServerState>,
): Promise<boolean> {
  if (target === "any") return true;
  const standby = parameters.get("in_hot_standby");
  const readOnly = parameters.get("default_transaction_read_only");
  // Servers before 14 do not report them.
  const state =
    standby === undefined || readOnly === undefined
      ? await ask()
      : { standby: standby === "on", readOnly: readOnly === "on" || standby === "on" };
  switch (target) {
    case "read-write":
      return !state.readOnly;
    case "read-only":
      return state.readOnly;
    case "primary":
      return !state.standby;
    case "standby":
    case "prefer-standby":
      return state.standby;
  }
}

async function askForState(socket: Socket, reader: MessageReader, onNews: (message: Message) => void): Promise<ServerState> {
  socket.write(encodeQuery("SELECT pg_catalog.current_setting('transaction_read_only'), pg_catalog.pg_is_in_recovery()"));
  let row: (string | null)[] = [];
  for (;;) {
    const message = await reader.nextAnswer(onNews);
    if (message.type === TYPE.error)
      throw new PgstowError("connection", `cannot find out the server's role: ${readServerReport(message.body).message}`);
    if (message.type === TYPE.dataRow) row = readDataRow(message.body);
    if (message.type === TYPE.ready) return { readOnly: row[0] === "on", standby: row[1] === "t" };
  }
}
