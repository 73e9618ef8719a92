import type { Socket } from "node:net";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError, throwIfAborted } from "../core/errors.ts";
import { atEndpoint, connectionError, passwordMissing, refusalError } from "./connection-errors.ts";
import { negotiateTls, startSession } from "./handshake.ts";
import type { OpenSession } from "./handshake.ts";
import { describeHost } from "./hosts.ts";
import type { HostSettings } from "./hosts.ts";
import { encodeCancel } from "./messages.ts";
import type { AskPassword, ConnectionSettings } from "./settings.ts";
import { findAddresses, openSocket } from "./socket.ts";
import type { Address } from "./socket.ts";
import { readTlsOptions } from "./tls.ts";
import { Wire } from "./wire.ts";

export interface ConnectOptions {
  readonly signal?: AbortSignal | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
  /** Instead of the settings' own. */
  readonly askPassword?: AskPassword | undefined;
}

type Encryption = "tls" | "tls-if-offered" | "none";

interface Attempt {
  readonly settings: ConnectionSettings;
  readonly host: HostSettings;
  readonly address: Address;
  readonly onDiagnostic: DiagnosticSink;
  readonly signal: AbortSignal;
  readonly password: string | undefined;
}

/** What one attempt came to, when it is not a session. `next` says what may still help. */
interface Failure {
  readonly error: PgstowError;
  readonly next: "other-encryption" | "other-host" | "nothing" | "password";
}

/** Passwords that were typed in, so that further sessions do not ask again. */
const typedPasswords = new WeakMap<ConnectionSettings, Promise<string>>();

/**
 * Opens a session on the first host that answers and suits, as libpq does: each address of each host, with and without TLS as sslmode
 * says. Throws a PgstowError `connection` that says what is wrong, or `aborted`.
 */
export async function connect(settings: ConnectionSettings, options: ConnectOptions = {}): Promise<Wire> {
  const hosts = settings.hostOrder === "random" ? shuffle(settings.hosts) : settings.hosts;
  const rounds: ConnectionSettings[] =
    settings.targetSession === "prefer-standby" ? [settings, { ...settings, targetSession: "any" }] : [settings];
  const errors = new Map<HostSettings, PgstowError>();
  for (const round of rounds) {
    for (const host of hosts) {
      const result = await connectToHost(round, settings, host, options);
      if (result instanceof Wire) return result;
      errors.set(host, result.error);
      if (result.next === "nothing") throw withAttempts(result.error, [...errors.values()]);
    }
  }
  throw summarize([...errors]);
}

/** Asks the server to cancel what the session is doing. Best effort: never rejects. */
export async function requestCancel(wire: Wire): Promise<void> {
  const { settings, host, address, backendKey, encrypted } = wire.origin;
  if (backendKey.length === 0) return;
  try {
    let socket: Socket = await openSocket(address, settings, AbortSignal.timeout(10_000));
    if (encrypted)
      socket = (await negotiateTls(socket, await readTlsOptions(settings.tls, host), settings.tls.negotiation === "direct")) ?? socket;
    socket.on("error", () => socket.destroy());
    await new Promise<void>((resolve) => {
      socket.once("close", () => resolve());
      socket.resume();
      socket.end(encodeCancel(backendKey));
    });
  } catch {
    // The session's socket is about to be closed anyway; the server notices that a little later.
  }
}

async function connectToHost(
  round: ConnectionSettings,
  settings: ConnectionSettings,
  host: HostSettings,
  options: ConnectOptions,
): Promise<Wire | Failure> {
  throwIfAborted(options.signal);
  let failure: Failure = { error: new PgstowError("connection", `${describeHost(host)} has no address`), next: "other-host" };
  const addresses = await findAddresses(host).catch((error: unknown) => connectionError(error, host));
  if (addresses instanceof PgstowError) return { error: atEndpoint(addresses, host, undefined), next: "other-host" };
  for (const address of addresses) {
    const result = await connectAskingForPassword(round, settings, host, address, options);
    if (result instanceof Wire) return result;
    failure = { ...result, error: atEndpoint(result.error, host, "host" in address ? address.host : undefined) };
    if (failure.next === "nothing") break;
  }
  return failure;
}

/** A first attempt; and a second with a typed password when the server wants one and none is known. */
async function connectAskingForPassword(
  round: ConnectionSettings,
  settings: ConnectionSettings,
  host: HostSettings,
  address: Address,
  options: ConnectOptions,
): Promise<Wire | Failure> {
  const ask = settings.prompt === "never" ? undefined : (options.askPassword ?? settings.askPassword);
  const typed = ask !== undefined && settings.prompt === "first" ? await typePassword(settings, ask) : await typedPasswords.get(settings);
  const result = await connectToAddress(round, host, address, options, typed ?? host.password());
  if (result instanceof Wire || result.next !== "password") return result;
  if (ask === undefined) return { ...result, next: "nothing" };
  return connectToAddress(round, host, address, options, await typePassword(settings, ask));
}

function typePassword(settings: ConnectionSettings, ask: AskPassword): Promise<string> {
  let typed = typedPasswords.get(settings);
  if (typed === undefined) {
    typed = ask(`Password for user ${settings.user}: `);
    typedPasswords.set(settings, typed);
  }
  return typed;
}

async function connectToAddress(
  settings: ConnectionSettings,
  host: HostSettings,
  address: Address,
  options: ConnectOptions,
  password: string | undefined,
): Promise<Wire | Failure> {
  const onDiagnostic = options.onDiagnostic ?? ((): void => undefined);
  let failure: Failure | undefined;
  for (const encryption of encryptionsFor(settings, host)) {
    const timeout = settings.connectTimeoutMs > 0 ? AbortSignal.timeout(settings.connectTimeoutMs) : undefined;
    const signals = [timeout, options.signal].filter((signal) => signal !== undefined);
    const signal = AbortSignal.any(signals);
    const result = await attempt({ settings, host, address, onDiagnostic, signal, password }, encryption);
    throwIfAborted(options.signal);
    if (result instanceof Wire) return result;
    failure = failure === undefined || failure.error.context.sqlstate === "28000" ? result : failure;
    if (result.next !== "other-encryption") break;
  }
  if (failure === undefined) throw new Error("no way to connect was tried");
  return failure.next === "other-encryption"
    ? { error: failure.error, next: failure.error.context.sqlstate === undefined ? "other-host" : "nothing" }
    : failure;
}

function encryptionsFor(settings: ConnectionSettings, host: HostSettings): Encryption[] {
  if (host.socketFolder) return ["none"];
  switch (settings.tls.mode) {
    case "disable":
      return ["none"];
    case "allow":
      return ["none", "tls"];
    case "prefer":
      return ["tls-if-offered", "none"];
    case "require":
    case "verify-ca":
    case "verify-full":
      return ["tls"];
  }
}

async function attempt(input: Attempt, encryption: Encryption): Promise<Wire | Failure> {
  const { settings, host, signal } = input;
  let socket: Socket | undefined;
  let stage: "socket" | "tls" | "session" = "socket";
  const abort = (): void => void socket?.destroy(signal.reason as Error);
  try {
    socket = outlivingErrors(await openSocket(input.address, settings, signal));
    signal.addEventListener("abort", abort, { once: true });
    stage = "tls";
    const secure = encryption === "none" ? undefined : await encrypt(socket, input);
    if (secure === undefined && encryption === "tls") {
      throw new PgstowError(
        "connection",
        `the server on ${describeHost(host)} does not support TLS, but sslmode=${settings.tls.mode} asks for it`,
        {
          context: { refusal: "no-tls" },
          hint: "switch ssl on in the server, or use sslmode=prefer or disable if the network is safe",
        },
      );
    }
    socket = outlivingErrors(secure ?? socket);
    checkOpen(socket);
    stage = "session";
    const encrypted = secure !== undefined;
    const session = await startSession(socket, settings, input.password, input.onDiagnostic);
    if (!("type" in session))
      return new Wire(session, { settings, host, address: input.address, backendKey: session.backendKey, encrypted });
    socket.destroy();
    return refused(session, input, encrypted);
  } catch (error) {
    socket?.destroy();
    if (signal.aborted) return { error: timedOut(host), next: "other-host" };
    return {
      error: connectionError(error, host),
      next: stage === "tls" && encryption === "tls-if-offered" ? "other-encryption" : "other-host",
    };
  } finally {
    signal.removeEventListener("abort", abort);
  }
}

/** An abort may come when nobody waits for the socket just then; whoever reads or writes next is told. */
function outlivingErrors(socket: Socket): Socket {
  return socket.on("error", () => undefined);
}

/** Whoever waited for an answer of a socket that has closed already would wait for ever. */
function checkOpen(socket: Socket): void {
  if (socket.destroyed) throw new PgstowError("connection", "the connection was closed before the session began");
}

async function encrypt(socket: Socket, input: Attempt): Promise<Socket | undefined> {
  const options = await readTlsOptions(input.settings.tls, input.host);
  checkOpen(socket);
  return negotiateTls(socket, options, input.settings.tls.negotiation === "direct");
}

function refused(outcome: Exclude<Awaited<ReturnType<typeof startSession>>, OpenSession>, input: Attempt, encrypted: boolean): Failure {
  const { settings, host } = input;
  if (outcome.type === "password-needed") return { error: passwordMissing(settings, host), next: "password" };
  const error = refusalError(outcome.report, settings, host, encrypted);
  if (outcome.report.sqlstate === "57P03") return { error, next: "other-host" };
  // The server's rules may differ with and without TLS. A wrong password is not sent a second time.
  const retry = (settings.tls.mode === "allow" && !encrypted) || (settings.tls.mode === "prefer" && encrypted);
  return { error, next: retry && outcome.report.sqlstate === "28000" ? "other-encryption" : "nothing" };
}

function timedOut(host: HostSettings): PgstowError {
  return connectionError(Object.assign(new Error("timeout expired"), { code: "ETIMEDOUT" }), host);
}

/** The error of the last place, with what the places before it answered. */
function withAttempts(error: PgstowError, attempts: readonly PgstowError[]): PgstowError {
  if (attempts.length < 2) return error;
  return new PgstowError(error.code, error.message, {
    cause: error.cause,
    context: { ...error.context, attempts },
    ...(error.hint === undefined ? {} : { hint: error.hint }),
  });
}

function summarize(errors: readonly (readonly [HostSettings, PgstowError])[]): PgstowError {
  const [only] = errors;
  if (only !== undefined && errors.length === 1) {
    const [host, error] = only;
    return error.message.includes(describeHost(host))
      ? error
      : new PgstowError(error.code, `${describeHost(host)}: ${error.message}`, {
          cause: error,
          context: error.context,
          ...(error.hint === undefined ? {} : { hint: error.hint }),
        });
  }
  const list = errors.map(([host, error]) =>
    error.message.includes(describeHost(host)) ? error.message : `${describeHost(host)}: ${error.message}`,
  );
  return new PgstowError("connection", `none of ${errors.length} hosts can be used: ${list.join("; ")}`, {
    cause: errors.at(-1)?.[1],
    context: { attempts: errors.map(([, error]) => error) },
  });
}

function shuffle<T>(items: readonly T[]): T[] {
  const keyed = items.map((item) => ({ item, key: Math.random() }));
  return keyed.sort((a, b) => a.key - b.key).map(({ item }) => item);
}
