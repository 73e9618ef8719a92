/** A step of a dump, verify or restore. Emitted often; cheap to ignore. */
export interface Progress {
  readonly phase: "catalog" | "schema" | "data" | "verify" | "restore" | "finish";
  /** The entry being worked on, as `KIND schema.tag`. */
  readonly entry?: string;
  /** Entries done and in all. */
  readonly entriesDone: number;
  readonly entriesTotal: number;
  /** Rows and raw (uncompressed) bytes so far. */
  readonly rows: number;
  readonly rawBytes: number;
  /** Expected raw bytes in all; 0 when not known. An estimate during a dump, exact during a restore. */
  readonly rawBytesTotal: number;
}

export type ProgressSink = (progress: Progress) => void;
