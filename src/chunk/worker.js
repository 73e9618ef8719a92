// @ts-check
// Plain JavaScript because a worker thread starts from a file, and Node 20 runs no TypeScript. The build copies it as it is.
import { createHash } from "node:crypto";
import { MessageChannel, parentPort } from "node:worker_threads";

import zstd from "zstd-napi/binding.js";

/** @typedef {import("./job.ts").CompressJob} CompressJob */
/** @typedef {import("./job.ts").DecompressJob} DecompressJob */
/** @typedef {import("./job.ts").JobReply} JobReply */

/** Buffers up to this size are kept from job to job; a larger one (a single huge row) is given back at once. */
const SCRATCH_BYTES_KEPT = 8 << 20;

const compression = new zstd.CCtx();
const decompression = new zstd.DCtx();
/** The parameters that the context has now. */
let tuned = "";
let input = new Uint8Array(0);
let output = new Uint8Array(0);

/** Nobody listens at its other end: what is moved there is freed. */
const nowhere = new MessageChannel();
nowhere.port1.close();

compression.setParameter(zstd.CParameter.checksumFlag, 1);
compression.setParameter(zstd.CParameter.contentSizeFlag, 1);

/** Of a chunk that is worth more than the level alone; see LEVEL.md. */
const LARGE_BYTES = 128 << 10;
const LEVEL = 3;

/** @type {Readonly<Record<import("./search-choice.ts").Search, Parameters>>} */
const SEARCHES = {
  nearest: { compressionLevel: LEVEL, strategy: zstd.Strategy.fast, minMatch: 6, hashLog: 7 },
  near: { compressionLevel: LEVEL, strategy: zstd.Strategy.fast, minMatch: 6, hashLog: 12 },
  wide: { compressionLevel: LEVEL, strategy: zstd.Strategy.dfast, minMatch: 5, hashLog: 17, chainLog: 11 },
};

const TUNED = /** @type {const} */ (["compressionLevel", "strategy", "minMatch", "hashLog", "chainLog", "enableLongDistanceMatching"]);
/** @typedef {Readonly<Partial<Record<typeof TUNED[number], number>>>} Parameters */

/** A parameter that is not given is what the level has. @param {Parameters} parameters */
function tune(parameters) {
  const wanted = JSON.stringify(parameters);
  if (wanted === tuned) return;
  tuned = "";
  for (const name of TUNED) compression.setParameter(zstd.CParameter[name], parameters[name] ?? 0);
  tuned = wanted;
}

/** @param {Uint8Array} raw @param {Parameters} parameters */
function compressWith(raw, parameters) {
  tune(parameters);
  return output.slice(0, compression.compress2(output, raw));
}

/**
 * @param {Uint8Array} raw
 * @param {import("./job.ts").CompressForm} form
 * @returns {{ readonly bytes: Uint8Array<ArrayBuffer>, readonly sizes?: import("./search-choice.ts").SizeBySearch }}
 */
function compressAs(raw, { level, long, search = "wide" }) {
  const distance = long === true ? { enableLongDistanceMatching: 1 } : {};
  if (level !== undefined || raw.length < LARGE_BYTES) {
    return { bytes: compressWith(raw, { compressionLevel: level ?? LEVEL, ...distance }) };
  }
  if (search !== "compare") return { bytes: compressWith(raw, { ...SEARCHES[search], ...distance }) };
  const results = [SEARCHES.nearest, SEARCHES.near, SEARCHES.wide].map((parameters) => compressWith(raw, parameters));
  const [nearest = 0, near = 0, wide = 0] = results.map((result) => result.length);
  const bytes = results.reduce((least, other) => (other.length < least.length ? other : least));
  free(results.filter((result) => result !== bytes));
  const sizes = { nearest, near, wide };
  return { bytes, sizes };
}

/**
 * @param {CompressJob} job
 * @returns {JobReply}
 */
function compress(job) {
  const raw = job.parts.length === 1 && job.parts[0] !== undefined ? job.parts[0] : joined(job.parts);
  const room = zstd.compressBound(raw.length);
  if (output.length < room) output = new Uint8Array(room);
  const { bytes, sizes } = compressAs(raw, job.form);
  const reply = { id: job.id, bytes, rawBytes: raw.length, sha256: sha256(bytes), sizes };
  if (output.length > SCRATCH_BYTES_KEPT) output = new Uint8Array(0);
  if (input.length > SCRATCH_BYTES_KEPT) input = new Uint8Array(0);
  return reply;
}

/** @param {readonly Uint8Array[]} parts */
function joined(parts) {
  const total = parts.reduce((sum, part) => sum + part.length, 0);
  if (input.length < total) input = new Uint8Array(total);
  let at = 0;
  for (const part of parts) {
    input.set(part, at);
    at += part.length;
  }
  return input.subarray(0, total);
}

/**
 * Nothing is decompressed before its hash is checked, and never more than was announced.
 * @param {DecompressJob} job
 * @returns {JobReply}
 */
function decompress(job) {
  const found = sha256(job.stored);
  if (Buffer.compare(found, job.sha256) !== 0) return { id: job.id, failure: "its SHA-256 does not match" };
  const announced = zstd.getFrameContentSize(job.stored);
  if (announced !== job.rawBytes) {
    return { id: job.id, failure: `it says that it holds ${announced ?? "unknown"} bytes, the index says ${job.rawBytes}` };
  }
  const raw = new Uint8Array(job.rawBytes);
  const produced = decompression.decompress(raw, job.stored);
  if (produced !== job.rawBytes) return { id: job.id, failure: `it holds ${produced} bytes, the index says ${job.rawBytes}` };
  return { id: job.id, bytes: raw, rawBytes: raw.length, sha256: found };
}

/** @param {Uint8Array} bytes */
function sha256(bytes) {
  return Uint8Array.from(createHash("sha256").update(bytes).digest());
}

/**
 * Frees buffers that are done with at once. Left to the garbage collector they would wait for it: this thread makes so few objects
 * that it seldom comes, and hundreds of megabytes would pile up meanwhile.
 * @param {readonly Uint8Array[]} buffers
 */
function free(buffers) {
  const found = new Set(buffers.map((bytes) => bytes.buffer).filter((buffer) => buffer instanceof ArrayBuffer));
  nowhere.port2.postMessage(null, [...found]);
}

/** @param {CompressJob | DecompressJob} job */
function answer(job) {
  try {
    return job.type === "compress" ? compress(job) : decompress(job);
  } catch (error) {
    return { id: job.id, failure: error instanceof Error ? error.message : String(error) };
  }
}

if (parentPort !== null) {
  const port = parentPort;
  port.on("message", (/** @type {CompressJob | DecompressJob} */ job) => {
    const reply = answer(job);
    port.postMessage(reply, "bytes" in reply ? [reply.bytes.buffer] : []);
    free(job.type === "compress" ? job.parts : [job.stored]);
  });
}
