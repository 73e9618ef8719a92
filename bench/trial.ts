import type { DatabaseSpec } from "./databases/specs.ts";
import type { Bench } from "./bench.ts";
import type { Command, Cost } from "./measure.ts";
import { commandText } from "./measure.ts";
import type { Row } from "./row.ts";

/** One of those who take turns. */
export interface Contender {
  readonly name: string;
  readonly ours: boolean;
  /** What is run, and measured. Throws ProgramMissing when it cannot be. */
  command(): Command;
  /** Before each run, not measured. */
  before?(): Promise<void>;
  /** After each run, not measured: throws when what it did is wrong. Gives the bytes of what it wrote, if it wrote something. */
  after?(): Promise<number | null>;
  /** After the last run, not measured: throws when what it did is wrong. */
  check?(): Promise<void>;
}

/** Contenders that do the same work, and the rows of the report that compare two of them. */
export interface Trial {
  readonly name: string;
  /** The databases that it reads; dropped when no later trial needs them. */
  readonly uses: readonly DatabaseSpec[];
  readonly rows: readonly Row[];
  /** For one whose numbers hardly differ from round to round. */
  readonly roundsMax?: number;
  open(bench: Bench): Promise<readonly Contender[]>;
}

/** What one contender needed in each round. */
export interface Result {
  readonly contender: string;
  readonly ours: boolean;
  readonly command: string;
  readonly rounds: readonly Cost[];
  /** Bytes of what it wrote last; null when it wrote nothing that stays. */
  readonly bytes: number | null;
  /** Why there is no result. */
  readonly failure: Failure | null;
}

export interface Failure {
  readonly message: string;
  /** Not a failure of anybody: this machine lacks a program that the benchmark can do without. */
  readonly skipped: boolean;
}

/** A program that this machine does not have. */
export class ProgramMissing extends Error {
  override readonly name = "ProgramMissing";
  readonly optional: boolean;

  constructor(message: string, { optional = false } = {}) {
    super(message);
    this.optional = optional;
  }
}

export interface Turns {
  readonly contenders: readonly Contender[];
  /** Names of contenders that only count together. */
  readonly together: readonly (readonly string[])[];
  readonly rounds: number;
  readonly measure: (command: Command) => Promise<Cost>;
  readonly onStep: (text: string) => void;
}

/**
 * Lets all take turns: A B C A B C ... Who fails is out, and so is who is not needed any more: nobody of a group whose other member
 * is out. A failure ends nothing else.
 */
export async function takeTurns({ contenders, together, rounds, measure, onStep }: Turns): Promise<readonly Result[]> {
  const records = contenders.map((contender) => new Record(contender));
  const failed = new Set<string>();
  const isNeeded = (name: string) => together.some((group) => group.includes(name) && !group.some((member) => failed.has(member)));
  const fail = (record: Record, error: unknown): void => {
    failed.add(record.contender.name);
    const message = error instanceof Error ? error.message : String(error);
    record.failure = { message, skipped: error instanceof ProgramMissing && error.optional };
    onStep(`${record.contender.name}: ${record.failure.skipped ? "skipped" : "failed"}: ${message}`);
  };
  for (const record of records) {
    if (!isNeeded(record.contender.name)) continue;
    try {
      record.command = record.contender.command();
    } catch (error) {
      fail(record, error);
    }
  }
  for (let round = 1; round <= rounds; round++) {
    for (const record of records) {
      if (record.command === undefined || !isNeeded(record.contender.name)) continue;
      try {
        const cost = await runOnce(record, record.command, measure);
        onStep(`round ${String(round)}: ${record.contender.name}: ${cost.wallSeconds.toFixed(2)} s, CPU ${cost.cpuSeconds.toFixed(2)} s`);
      } catch (error) {
        fail(record, error);
      }
    }
  }
  for (const record of records) {
    if (record.failure !== null || record.rounds.length === 0) continue;
    await record.contender.check?.().catch((error: unknown) => fail(record, error));
  }
  return records.filter((record) => record.rounds.length > 0 || record.failure !== null).map((record) => record.result());
}

async function runOnce(record: Record, command: Command, measure: Turns["measure"]): Promise<Cost> {
  const { contender } = record;
  await contender.before?.();
  const cost = await measure(command);
  record.bytes = (await contender.after?.()) ?? null;
  record.rounds.push(cost);
  return cost;
}

class Record {
  readonly contender: Contender;
  readonly rounds: Cost[] = [];
  command: Command | undefined;
  bytes: number | null = null;
  failure: Failure | null = null;

  constructor(contender: Contender) {
    this.contender = contender;
  }

  result(): Result {
    const { contender, rounds, bytes, failure, command } = this;
    const text = command === undefined ? "" : commandText(command);
    return { contender: contender.name, ours: contender.ours, command: text, rounds, bytes, failure };
  }
}
