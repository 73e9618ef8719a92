import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { PgstowError } from "../core/errors.ts";

const deriveKey = promisify(pbkdf2);

/** Servers ask for 4096 rounds by default; far above that is an attempt to keep us busy. */
const ITERATIONS_MAX = 10_000_000;

/** How the exchange is tied to the TLS connection. `offered` says that we could have, but the server did not offer it. */
export type ScramBinding = { readonly type: "none" } | { readonly type: "offered" } | { readonly type: "bound"; readonly data: Buffer };

/** The client's side of SCRAM-SHA-256 (RFC 5802, RFC 7677). */
export interface ScramExchange {
  readonly mechanism: "SCRAM-SHA-256" | "SCRAM-SHA-256-PLUS";
  readonly first: string;
  /** Answers the server's first message. */
  respond(serverFirst: string): Promise<string>;
  /** Throws unless the server proves that it knows the password too. */
  finish(serverFinal: string): void;
}

export function startScram(password: string, binding: ScramBinding, nonce = randomBytes(18).toString("base64")): ScramExchange {
  const header = { none: "n,,", offered: "y,,", bound: "p=tls-server-end-point,," }[binding.type];
  const firstBare = `n=,r=${nonce}`;
  let serverSignature: Buffer | undefined;

  return {
    mechanism: binding.type === "bound" ? "SCRAM-SHA-256-PLUS" : "SCRAM-SHA-256",
    first: header + firstBare,
    async respond(serverFirst) {
      const { nonce: bothNonces, salt, iterations } = readServerFirst(serverFirst);
      if (!bothNonces.startsWith(nonce) || bothNonces.length === nonce.length) throw wrong("the nonce is not ours");
      const bound = Buffer.concat([Buffer.from(header), binding.type === "bound" ? binding.data : Buffer.alloc(0)]);
      const finalBare = `c=${bound.toString("base64")},r=${bothNonces}`;
      const salted = await deriveKey(prepareScramPassword(password), salt, iterations, 32, "sha256");
      const clientKey = hmac(salted, "Client Key");
      const transcript = `${firstBare},${serverFirst},${finalBare}`;
      const signature = hmac(createHash("sha256").update(clientKey).digest(), transcript);
      const proof = Buffer.from(clientKey.map((byte, index) => byte ^ signature[index]!));
      serverSignature = hmac(hmac(salted, "Server Key"), transcript);
      return `${finalBare},p=${proof.toString("base64")}`;
    },
    finish(serverFinal) {
      const signature = Buffer.from(attribute(serverFinal, "v"), "base64");
      if (serverSignature === undefined || signature.length !== serverSignature.length || !timingSafeEqual(signature, serverSignature)) {
        throw wrong("its signature does not fit the password");
      }
    },
  };
}

/** The parts of SASLprep that change bytes: odd spaces become a space, invisible characters go, the rest is NFKC. */
export function prepareScramPassword(password: string): string {
  return password
    .replaceAll(/[\u00a0\u1680\u2000-\u200b\u202f\u205f\u3000]/g, " ")
    .replaceAll(/\u00ad|\u034f|\u1806|[\u180b-\u180d]|\u200c|\u200d|\u2060|[\ufe00-\ufe0f]|\ufeff/g, "")
    .normalize("NFKC");
}

function readServerFirst(message: string): { nonce: string; salt: Buffer; iterations: number } {
  const iterations = Number(attribute(message, "i"));
  if (!Number.isInteger(iterations) || iterations < 1 || iterations > ITERATIONS_MAX)
    throw wrong("the number of iterations is out of range");
  return { nonce: attribute(message, "r"), salt: Buffer.from(attribute(message, "s"), "base64"), iterations };
}

function attribute(message: string, name: string): string {
  const found = message.split(",").find((part) => part.startsWith(`${name}=`));
  if (found === undefined) throw wrong(`"${name}" is missing`);
  return found.slice(2);
}

function hmac(key: Buffer, text: string): Buffer {
  return createHmac("sha256", key).update(text).digest();
}

function wrong(what: string): PgstowError {
  return new PgstowError("connection", `the server's answer to the password exchange is wrong: ${what}`, {
    hint: "this may not be the server it claims to be",
  });
}
