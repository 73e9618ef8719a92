import { randomBytes } from "node:crypto";
import { readlink } from "node:fs/promises";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";

import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore } from "./archive-store.ts";

/** How often a holder says that it lives, and how long it may be silent. */
const BEAT_MS = 20_000;
const SILENCE_MS_MAX = 120_000;
const RETRY_MS = 50;

/** What the program knows of itself and of its neighbours; with it a lock of a process that died is seen at once. */
export interface ProcessFacts {
  readonly pid: number;
  readonly isRunning: (pid: number) => boolean;
}

/** The facts of a process that hands itself over: a signal that does nothing finds out whether another lives. */
export function processFacts(self: { readonly pid: number; kill(pid: number, signal: 0): boolean }): ProcessFacts {
  return {
    pid: self.pid,
    isRunning: (pid) => {
      try {
        return self.kill(pid, 0);
      } catch (error) {
        return error instanceof Error && "code" in error && error.code === "EPERM";
      }
    },
  };
}

export interface LockOptions {
  /** What the lock is for, as in "another NAME is under way". */
  readonly purpose: string;
  readonly process?: ProcessFacts | undefined;
  /** How long to wait for whoever has it; not at all unless given. */
  readonly waitMs?: number;
}

export interface StoreLock {
  /** Throws `busy` when somebody else has it by now, because this process was silent for too long. */
  check(): Promise<void>;
  release(): Promise<void>;
}

interface Claim {
  readonly token: string;
  readonly place: string;
  readonly pid: number;
  readonly since: string;
}

/** Takes a lock: a small file that its holder touches now and then. One of a process that died is taken over. Throws `busy`. */
export async function acquireLock(store: ArchiveStore, name: string, options: LockOptions): Promise<StoreLock> {
  const claim: Claim = {
    token: randomBytes(12).toString("hex"),
    place: await thisPlace(),
    pid: options.process?.pid ?? 0,
    since: new Date().toISOString(),
  };
  const bytes = Buffer.from(`${JSON.stringify(claim)}\n`);
  const until = Date.now() + (options.waitMs ?? 0);
  for (;;) {
    if ((await store.claim(name, bytes)) && (await isOurs(store, name, claim))) return new HeldLock(store, name, claim, bytes, options);
    const holder = await findLiveHolder(store, name, claim.place, options);
    if (holder !== undefined && Date.now() >= until) throw busy(options.purpose, store.addressOf(name), holder);
    if (holder !== undefined) await sleep(RETRY_MS);
  }
}

/** Whether a lock of that name is held by somebody who lives. */
export async function isLocked(store: ArchiveStore, name: string, process: ProcessFacts | undefined): Promise<boolean> {
  const found = await store.read(name);
  if (found === undefined) return false;
  const claim = parseClaim(found.bytes);
  return !isDead(claim, await thisPlace(), (await store.now()).getTime() - found.modifiedAt.getTime(), process);
}

class HeldLock implements StoreLock {
  readonly #store: ArchiveStore;
  readonly #name: string;
  readonly #claim: Claim;
  readonly #options: LockOptions;
  readonly #timer: NodeJS.Timeout;
  #beating: Promise<void> = Promise.resolve();

  constructor(store: ArchiveStore, name: string, claim: Claim, bytes: Uint8Array, options: LockOptions) {
    this.#store = store;
    this.#name = name;
    this.#claim = claim;
    this.#options = options;
    const beat = async (): Promise<void> => {
      // A beat that fails is one silence; the next may be heard.
      if (await isOurs(store, name, claim)) await store.write(name, bytes);
    };
    this.#timer = setInterval(() => {
      this.#beating = beat().catch(() => undefined);
    }, BEAT_MS);
    this.#timer.unref();
  }

  async check(): Promise<void> {
    if (await isOurs(this.#store, this.#name, this.#claim)) return;
    throw busy(this.#options.purpose, this.#store.addressOf(this.#name), undefined);
  }

  async release(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
    if (await isOurs(this.#store, this.#name, this.#claim)) await this.#store.remove(this.#name);
  }
}

/** Undefined when there is no holder any more: the lock was free, or a dead one's has been removed. */
async function findLiveHolder(store: ArchiveStore, name: string, place: string, options: LockOptions): Promise<Claim | undefined> {
  const found = await store.read(name);
  if (found === undefined) return undefined;
  const claim = parseClaim(found.bytes);
  const age = (await store.now()).getTime() - found.modifiedAt.getTime();
  if (!isDead(claim, place, age, options.process)) return claim ?? { token: "", place: "", pid: 0, since: found.modifiedAt.toISOString() };
  await removeDead(store, name, claim);
  return undefined;
}

/** Of several who see a dead one's lock one may remove it, or a second would remove the first one's new lock. */
async function removeDead(store: ArchiveStore, name: string, dead: Claim | undefined): Promise<void> {
  const takeover = `${name}.takeover-${dead?.token ?? "unreadable"}`;
  if (!(await store.claim(takeover, new Uint8Array()))) {
    const other = await store.read(takeover);
    const age = other === undefined ? 0 : (await store.now()).getTime() - other.modifiedAt.getTime();
    if (age > SILENCE_MS_MAX) await store.remove(takeover);
    await sleep(RETRY_MS);
    return;
  }
  const still = await store.read(name);
  if (still !== undefined && parseClaim(still.bytes)?.token === dead?.token) await store.remove(name);
  await store.remove(takeover);
}

function isDead(claim: Claim | undefined, place: string, silentMs: number, process: ProcessFacts | undefined): boolean {
  if (silentMs > SILENCE_MS_MAX) return true;
  if (claim === undefined || process === undefined || claim.pid === 0 || claim.place !== place) return false;
  return claim.pid !== process.pid && !process.isRunning(claim.pid);
}

async function isOurs(store: ArchiveStore, name: string, claim: Claim): Promise<boolean> {
  const found = await store.read(name);
  return found !== undefined && parseClaim(found.bytes)?.token === claim.token;
}

function parseClaim(bytes: Uint8Array): Claim | undefined {
  try {
    const { token, place, pid, since } = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Record<keyof Claim, unknown>>;
    if (typeof token !== "string" || typeof place !== "string" || typeof pid !== "number" || typeof since !== "string") return undefined;
    return /^[0-9a-f]+$/.test(token) ? { token, place, pid, since } : undefined;
  } catch {
    return undefined;
  }
}

/** Where a process number means the same process: the machine and, in a container, its own numbering. */
async function thisPlace(): Promise<string> {
  const numbering = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${hostname()} ${numbering}`.trim();
}

function busy(purpose: string, address: string, holder: Claim | undefined): PgstowError {
  const who =
    holder === undefined || holder.pid === 0
      ? ""
      : ` (process ${holder.pid} on ${holder.place.split(" ")[0] ?? ""}, since ${holder.since})`;
  return new PgstowError("busy", `another ${purpose} is under way${who}`, {
    context: { file: address },
    hint: `Wait until it is done. A lock of a process that died is given up after ${SILENCE_MS_MAX / 60_000} minutes at most.`,
  });
}
