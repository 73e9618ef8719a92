/** What a worker thread is asked and what it answers. Buffers change owner both ways; nothing is copied between threads. */
export interface CompressJob {
  readonly type: "compress";
  readonly id: number;
  /** As zstd counts levels; undefined for the parameters of LEVEL.md. */
  readonly level: number | undefined;
  /** Long-distance matching. */
  readonly long: boolean;
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
  | { readonly id: number; readonly bytes: Uint8Array<ArrayBuffer>; readonly rawBytes: number; readonly sha256: Uint8Array }
  | { readonly id: number; readonly failure: string };
