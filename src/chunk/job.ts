import type { Search, SizeBySearch } from "./search-choice.ts";

/** How a chunk is compressed; with nothing said as LEVEL.md has it. */
export interface CompressForm {
  /** As zstd counts levels. */
  readonly level?: number | undefined;
  /** Long-distance matching. */
  readonly long?: boolean | undefined;
  /** Of a large chunk without a level, "wide" if nothing is said; "compare" tries all and keeps the smallest result. */
  readonly search?: Search | "compare" | undefined;
}

/** What a worker thread is asked and what it answers. Buffers change owner both ways; nothing is copied between threads. */
export interface CompressJob {
  readonly type: "compress";
  readonly id: number;
  readonly form: CompressForm;
  /** The chunk is these, one after the other. */
  readonly parts: readonly Uint8Array[];
}

export interface DecompressJob {
  readonly type: "decompress";
  readonly id: number;
  readonly stored: Uint8Array;
  readonly rawBytes: number;
  readonly sha256: Uint8Array;
}

export type JobReply =
  | {
      readonly id: number;
      readonly bytes: Uint8Array<ArrayBuffer>;
      readonly rawBytes: number;
      readonly sha256: Uint8Array;
      /** Where they were compared. */
      readonly sizes?: SizeBySearch | undefined;
    }
  | { readonly id: number; readonly failure: string };
