import { createHash } from "node:crypto";
import type { Duplex } from "node:stream";
import { TLSSocket } from "node:tls";
import { PgstowError } from "../core/errors.ts";
import type { AuthMethod } from "./auth-methods.ts";
import { certificateBinding } from "./certificate-hash.ts";
import { cstring, encodeMessage, readStrings, TYPE } from "./messages.ts";
import type { Message, MessageReader } from "./messages.ts";
import { startScram } from "./scram.ts";
import type { ScramBinding } from "./scram.ts";
import { readServerReport } from "./server-errors.ts";
import type { ServerReport } from "./server-errors.ts";
import type { ConnectionSettings } from "./settings.ts";

/** How the server's questions ended. */
export type AuthenticationOutcome =
  | { readonly type: "accepted" }
  /** The server wants a password and none is known. */
  | { readonly type: "password-needed" }
  | { readonly type: "refused"; readonly report: ServerReport };

export interface AuthenticationInput {
  readonly settings: ConnectionSettings;
  readonly socket: Duplex;
  readonly reader: MessageReader;
  readonly password: string | undefined;
  readonly onNews: (message: Message) => void;
}

const METHOD_BY_CODE: Readonly<Record<number, AuthMethod>> = { 3: "password", 5: "md5", 7: "gss", 9: "sspi", 10: "scram-sha-256" };

/** Answers the server's authentication messages, from the startup message to its acceptance. */
export async function authenticate(input: AuthenticationInput): Promise<AuthenticationOutcome> {
  let asked = false;
  for (;;) {
    const message = await input.reader.nextAnswer(input.onNews);
    if (message.type === TYPE.error) return { type: "refused", report: readServerReport(message.body) };
    // NegotiateProtocolVersion: the server knows less than we asked for, and we asked for nothing beyond 3.0.
    if (message.type === 0x76) continue;
    if (message.type !== TYPE.authentication) throw unexpected();
    const code = message.body.readUInt32BE(0);
    if (code === 0) {
      if (!asked) acceptMethod(input.settings, "none");
      return { type: "accepted" };
    }
    asked = true;
    const method = METHOD_BY_CODE[code];
    if (method === undefined || method === "gss" || method === "sspi") {
      throw new PgstowError("connection", `the server asks for ${describeMethod(method)} authentication, which is not supported`, {
        hint: "the server's pg_hba.conf must offer scram-sha-256, md5, password or cert for this connection",
      });
    }
    acceptMethod(input.settings, method);
    if (input.password === undefined) return { type: "password-needed" };
    const report = code === 10 ? await answerScram(input, message, input.password) : undefined;
    if (report !== undefined) return { type: "refused", report };
    if (code !== 10) input.socket.write(encodeMessage("p", cstring(code === 5 ? hashMd5(input, message, input.password) : input.password)));
  }
}

function acceptMethod(settings: ConnectionSettings, method: AuthMethod): void {
  if (settings.authMethods !== undefined && !settings.authMethods.has(method)) {
    throw new PgstowError("connection", `the server asks for ${describeMethod(method)} authentication, which require_auth rules out`);
  }
  if (settings.channelBinding === "require" && method !== "scram-sha-256") {
    throw new PgstowError("connection", `channel_binding=require, but the server asks for ${describeMethod(method)} authentication`, {
      hint: "use channel_binding=prefer, or let the server ask for scram-sha-256 over TLS",
    });
  }
}

function describeMethod(method: AuthMethod | undefined): string {
  const words = {
    none: "no",
    gss: "GSSAPI",
    sspi: "SSPI",
    password: "plain password",
    md5: "md5",
    "scram-sha-256": "scram-sha-256",
    oauth: "OAuth",
  };
  return method === undefined ? "an unknown kind of" : words[method];
}

/** md5(md5(password + user) + salt), in hexadecimal. */
function hashMd5(input: AuthenticationInput, message: Message, password: string): string {
  const md5 = (...parts: (string | Buffer)[]): string => {
    const hash = createHash("md5");
    for (const part of parts) hash.update(part);
    return hash.digest("hex");
  };
  return `md5${md5(md5(password, input.settings.user), message.body.subarray(4, 8))}`;
}

/** Runs the exchange; returns what the server said when it broke it off. */
async function answerScram(input: AuthenticationInput, message: Message, password: string): Promise<ServerReport | undefined> {
  const mechanisms = readStrings(message.body.subarray(4));
  const exchange = startScram(password, chooseBinding(input, mechanisms));
  if (!mechanisms.includes(exchange.mechanism)) {
    throw new PgstowError(
      "connection",
      `the server offers no password exchange that is known here (${mechanisms.filter(Boolean).join(", ")})`,
    );
  }
  const first = Buffer.from(exchange.first);
  const firstBytes = Buffer.alloc(4);
  firstBytes.writeUInt32BE(first.length);
  input.socket.write(encodeMessage("p", Buffer.concat([cstring(exchange.mechanism), firstBytes, first])));

  const serverFirst = await nextSaslText(input, 11);
  if (typeof serverFirst !== "string") return serverFirst;
  input.socket.write(encodeMessage("p", Buffer.from(await exchange.respond(serverFirst))));
  const serverFinal = await nextSaslText(input, 12);
  if (typeof serverFinal !== "string") return serverFinal;
  exchange.finish(serverFinal);
  return undefined;
}

/** The text of the expected SASL message, or the server's refusal. */
async function nextSaslText(input: AuthenticationInput, code: number): Promise<string | ServerReport> {
  const message = await input.reader.nextAnswer(input.onNews);
  if (message.type === TYPE.error) return readServerReport(message.body);
  if (message.type !== TYPE.authentication || message.body.readUInt32BE(0) !== code) throw unexpected();
  return message.body.toString("utf8", 4);
}

function chooseBinding(input: AuthenticationInput, mechanisms: readonly string[]): ScramBinding {
  const wanted = input.settings.channelBinding;
  const certificate = input.socket instanceof TLSSocket ? input.socket.getPeerX509Certificate() : undefined;
  const data = certificate === undefined ? undefined : certificateBinding(certificate.raw);
  if (wanted !== "disable" && data !== undefined && mechanisms.includes("SCRAM-SHA-256-PLUS")) return { type: "bound", data };
  if (wanted === "require") {
    throw new PgstowError("connection", "channel_binding=require, but the server does not offer channel binding", {
      hint: certificate === undefined ? "channel binding needs TLS: use sslmode=require or stronger" : "use channel_binding=prefer",
    });
  }
  return wanted === "disable" || data === undefined ? { type: "none" } : { type: "offered" };
}

function unexpected(): PgstowError {
  return new PgstowError("connection", "unexpected message during authentication; what answers may not be a PostgreSQL server");
}
