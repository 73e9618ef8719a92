import type { Sink } from "../archive.ts";
import { Compressor } from "./codec.ts";
import type { Compression } from "./method.ts";

/** Bytes that wait to be taken in. */
interface Offer {
  readonly bytes: Uint8Array;
  readonly taken: () => void;
}

/** Compresses what is written to it, as a file of its method's own format, and writes that to another sink. */
export class CompressedSink implements Sink {
  /** Bytes that the other sink got. */
  storedBytes = 0;
  readonly #sink: Sink;
  readonly #compressor: Compressor;
  readonly #pumped: Promise<void>;
  #offer: Offer | undefined;
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(sink: Sink, compression: Compression) {
    this.#sink = sink;
    this.#compressor = new Compressor(compression, "gzip");
    this.#pumped = this.#pump();
    // Whoever writes next, or finishes, is told.
    this.#pumped.catch(() => undefined);
  }

  async write(bytes: Uint8Array): Promise<void> {
    if (bytes.length === 0) return;
    const taken = new Promise<void>((resolve) => {
      this.#offer = { bytes, taken: resolve };
    });
    this.#wake();
    await Promise.race([taken, this.#pumped]);
  }

  async finish(): Promise<void> {
    this.#end();
    await this.#pumped;
    await this.#compressor.close();
    await this.#sink.finish();
  }

  async abort(): Promise<void> {
    this.#end();
    await this.#pumped.catch(() => undefined);
    await this.#compressor.close();
    await this.#sink.abort();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }

  async #pump(): Promise<void> {
    for await (const piece of this.#compressor.compress(this.#offers())) {
      this.storedBytes += piece.length;
      await this.#sink.write(piece);
    }
  }

  /** Each is taken when the next is asked for. */
  async *#offers(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const offer = this.#offer;
      if (offer !== undefined) {
        this.#offer = undefined;
        yield offer.bytes;
        offer.taken();
      } else if (this.#ended) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}
