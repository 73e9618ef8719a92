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
/** The tuning that the context has now. */
let tuning = "";
let long = false;
let input = new Uint8Array(0);
let output = new Uint8Array(0);

/** Nobody listens at its other end: what is moved there is freed. */
const nowhere = new MessageChannel();
nowhere.port1.close();

compression.setParameter(zstd.CParameter.checksumFlag, 1);
compression.setParameter(zstd.CParameter.contentSizeFlag, 1);

/** See LEVEL.md. */
const LARGE_BYTES = 128 << 10;
const LARGE = parameters(3, zstd.Strategy.dfast, 7, 16, 15);
const SMALL = levelAlone(3);

/** A parameter of 0 is what the level has. @param {number} level */
function levelAlone(level) {
  return parameters(level, 0, 0, 0, 0);
}

/**
 * @param {number} level
 * @param {number} strategy
 * @param {number} minMatch
 * @param {number} hashLog
 * @param {number} chainLog
 * @returns {readonly (readonly [import("zstd-napi/binding.js").CParameter, number])[]}
 */
function parameters(level, strategy, minMatch, hashLog, chainLog) {
  const { CParameter } = zstd;
  return [
    [CParameter.compressionLevel, level],
    [CParameter.strategy, strategy],
    [CParameter.minMatch, minMatch],
    [CParameter.hashLog, hashLog],
    [CParameter.chainLog, chainLog],
  ];
}

/** @param {number | undefined} level @param {number} rawBytes */
function tune(level, rawBytes) {
  const wanted = level !== undefined ? `level ${level}` : rawBytes >= LARGE_BYTES ? "large" : "small";
  if (wanted === tuning) return;
  const tuned = level !== undefined ? levelAlone(level) : rawBytes >= LARGE_BYTES ? LARGE : SMALL;
  for (const [parameter, value] of tuned) compression.setParameter(parameter, value);
  tuning = wanted;
}

/**
 * @param {CompressJob} job
 * @returns {JobReply}
 */
function compress(job) {
  if (job.long !== long) {
    compression.setParameter(zstd.CParameter.enableLongDistanceMatching, job.long ? 1 : 0);
    long = job.long;
  }
  const raw = job.parts.length === 1 && job.parts[0] !== undefined ? job.parts[0] : joined(job.parts);
  tune(job.level, raw.length);
  const room = zstd.compressBound(raw.length);
  if (output.length < room) output = new Uint8Array(room);
  const stored = output.slice(0, compression.compress2(output, raw));
  const reply = { id: job.id, bytes: stored, rawBytes: raw.length, sha256: sha256(stored) };
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
 * Frees the buffers of a finished job at once. Left to the garbage collector they would wait for it: this thread makes so few objects
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
