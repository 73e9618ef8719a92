import { availableParallelism } from "node:os";
import { Worker } from "node:worker_threads";

import { PgstowError } from "../core/errors.ts";
import type { CompressForm, CompressJob, DecompressJob, JobReply } from "./job.ts";
import type { SizeBySearch } from "./search-choice.ts";
import { workerProgram } from "./worker-program.ts";

const WORKERS_MAX = 4;
/** A worker always has its next job at hand, so that it never waits for the main thread. */
const JOBS_PER_WORKER = 2;
/** Smaller buffers may share the memory pool of Node's `Buffer`, which must not leave the thread; copying them costs nothing. */
export const TRANSFER_BYTES_MIN = 64 * 1024;

/** A chunk as it is stored: one zstd frame. */
export interface StoredChunk {
  readonly bytes: Uint8Array;
  readonly rawBytes: number;
  /** Of the stored bytes. */
  readonly sha256: Uint8Array;
  /** Where searches were compared. */
  readonly sizes?: SizeBySearch | undefined;
}

export interface ChunkPoolOptions {
  /** Worker threads; one per core and at most 4 unless said otherwise. */
  readonly workers?: number;
  /** The program of the worker threads; only tests have another one. */
  readonly program?: URL;
}

/** Where library and worker are one file, it tells by this what it is to be. */
const WORKER_DATA = "pgstow chunks";

interface Waiting {
  readonly type: "compress" | "decompress";
  readonly resolve: (reply: Extract<JobReply, { bytes: Uint8Array }>) => void;
  readonly reject: (error: Error) => void;
}

interface Member {
  readonly worker: Worker;
  readonly waiting: Map<number, Waiting>;
}

/**
 * Compresses and decompresses chunks in worker threads, which start when they are needed. Jobs go to the least busy worker;
 * the caller bounds how many it has in flight (`inFlightMax` keeps all workers busy). A worker that dies fails all that it had.
 */
export class ChunkPool {
  readonly inFlightMax: number;
  readonly #workersMax: number;
  readonly #program: URL;
  readonly #members: Member[] = [];
  #lastId = 0;
  #closed = false;

  constructor(options: ChunkPoolOptions = {}) {
    this.#workersMax = Math.max(1, options.workers ?? Math.min(availableParallelism(), WORKERS_MAX));
    this.#program = options.program ?? workerProgram;
    this.inFlightMax = this.#workersMax * JOBS_PER_WORKER;
  }

  /** One chunk of all parts in their order. The parts are given away: large ones are moved to the worker and empty afterwards. */
  async compress(parts: readonly Uint8Array[], form: CompressForm = {}): Promise<StoredChunk> {
    const job: CompressJob = { type: "compress", id: ++this.#lastId, form, parts };
    return this.#run(job, parts);
  }

  /** The raw bytes of a stored chunk; a PgstowError `corrupt` when hash or size are not as announced. `stored` is given away. */
  async decompress(stored: Uint8Array, rawBytes: number, sha256: Uint8Array): Promise<Uint8Array> {
    const job: DecompressJob = { type: "decompress", id: ++this.#lastId, stored, rawBytes, sha256 };
    return (await this.#run(job, [stored])).bytes;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#members.splice(0).map((member) => this.#end(member, new PgstowError("aborted", "the work was given up"))));
  }

  #run(job: CompressJob | DecompressJob, buffers: readonly Uint8Array[]): Promise<Extract<JobReply, { bytes: Uint8Array }>> {
    if (this.#closed) return Promise.reject(new PgstowError("internal", "the pool of worker threads is closed"));
    const member = this.#leastBusy();
    return new Promise((resolve, reject) => {
      member.waiting.set(job.id, { type: job.type, resolve, reject });
      // A thread with work to do keeps the process alive; an idle one does not.
      member.worker.ref();
      member.worker.postMessage(job, movable(buffers));
    });
  }

  #leastBusy(): Member {
    let best: Member | undefined;
    for (const member of this.#members) {
      if (best === undefined || member.waiting.size < best.waiting.size) best = member;
    }
    if (best !== undefined && (best.waiting.size === 0 || this.#members.length === this.#workersMax)) return best;
    return this.#start();
  }

  #start(): Member {
    const worker = new Worker(this.#program, { execArgv: [], workerData: WORKER_DATA });
    const member: Member = { worker, waiting: new Map() };
    this.#members.push(member);
    worker.on("message", (reply: JobReply) => {
      const waiting = member.waiting.get(reply.id);
      // Given up meanwhile: whoever waits for the thread's end needs the process alive.
      if (waiting === undefined) return;
      member.waiting.delete(reply.id);
      if (member.waiting.size === 0) worker.unref();
      if (!("failure" in reply)) waiting.resolve(reply);
      else waiting.reject(new PgstowError(waiting.type === "compress" ? "internal" : "corrupt", reply.failure));
    });
    const died = (cause: unknown): void => {
      const why = cause instanceof Error ? cause.message : `exit code ${String(cause)}`;
      void this.#end(member, new PgstowError("internal", `a worker thread died: ${why}`, { cause }));
    };
    worker.on("error", died);
    worker.on("messageerror", died);
    worker.on("exit", died);
    return member;
  }

  async #end(member: Member, reason: PgstowError): Promise<void> {
    const at = this.#members.indexOf(member);
    if (at >= 0) this.#members.splice(at, 1);
    const waiting = [...member.waiting.values()];
    member.waiting.clear();
    for (const { reject } of waiting) reject(reason);
    await member.worker.terminate();
  }
}

function movable(buffers: readonly Uint8Array[]): ArrayBuffer[] {
  const found = new Set<ArrayBuffer>();
  for (const { buffer } of buffers) {
    if (buffer instanceof ArrayBuffer && buffer.byteLength >= TRANSFER_BYTES_MIN) found.add(buffer);
  }
  return [...found];
}
