import { createHash } from "node:crypto";

/** Last bytes of the signature algorithms' object identifiers, and the hash that each stands for. */
const HASH_BY_ALGORITHM: Readonly<Record<string, string>> = {
  // sha1, sha224, sha256, sha384, sha512 and md5 with RSA: 1.2.840.113549.1.1.n. RFC 5929 puts SHA-256 in the place of the two broken ones.
  "2a864886f70d010104": "sha256",
  "2a864886f70d010105": "sha256",
  "2a864886f70d01010e": "sha224",
  "2a864886f70d01010b": "sha256",
  "2a864886f70d01010c": "sha384",
  "2a864886f70d01010d": "sha512",
  // ECDSA with the same: 1.2.840.10045.4.
  "2a8648ce3d0401": "sha256",
  "2a8648ce3d040301": "sha224",
  "2a8648ce3d040302": "sha256",
  "2a8648ce3d040303": "sha384",
  "2a8648ce3d040304": "sha512",
};

/**
 * The `tls-server-end-point` binding of RFC 5929: the certificate's hash under the algorithm that its signature uses. Undefined for
 * signatures without one hash (Ed25519, RSA-PSS), with which no binding is defined.
 */
export function certificateBinding(der: Buffer): Buffer | undefined {
  const algorithm = signatureAlgorithm(der);
  const hash = algorithm === undefined ? undefined : HASH_BY_ALGORITHM[algorithm];
  return hash === undefined ? undefined : createHash(hash).update(der).digest();
}

/** Certificate ::= SEQUENCE { tbsCertificate SEQUENCE, signatureAlgorithm SEQUENCE { OBJECT IDENTIFIER, ... }, ... } */
function signatureAlgorithm(der: Buffer): string | undefined {
  const certificate = readElement(der, 0);
  const signed = certificate && readElement(der, certificate.start);
  const algorithm = signed && readElement(der, signed.end);
  const identifier = algorithm && readElement(der, algorithm.start);
  return identifier?.tag === 0x06 ? der.toString("hex", identifier.start, identifier.end) : undefined;
}

function readElement(der: Buffer, at: number): { tag: number; start: number; end: number } | undefined {
  const tag = der[at];
  const short = der[at + 1];
  if (tag === undefined || short === undefined) return undefined;
  const lengthBytes = short < 0x80 ? 0 : short & 0x7f;
  const start = at + 2 + lengthBytes;
  if (lengthBytes > 4 || start > der.length) return undefined;
  const length = lengthBytes === 0 ? short : der.readUIntBE(at + 2, lengthBytes);
  return start + length > der.length ? undefined : { tag, start, end: start + length };
}
