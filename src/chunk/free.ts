import { MessageChannel } from "node:worker_threads";

import { TRANSFER_BYTES_MIN } from "./pool.ts";

let nowhere: MessageChannel | undefined;

/**
 * Frees the memory of a buffer that nobody needs any more, at once; the buffer is empty afterwards. Left to the garbage collector,
 * which sees only small objects, a hundred megabytes of such buffers pile up. Small buffers stay as they are.
 */
export function freeBytes(bytes: Uint8Array): void {
  if (!(bytes.buffer instanceof ArrayBuffer) || bytes.buffer.byteLength < TRANSFER_BYTES_MIN) return;
  if (nowhere === undefined) {
    nowhere = new MessageChannel();
    // Nobody listens at the other end: what is moved there is gone.
    nowhere.port1.close();
  }
  nowhere.port2.postMessage(null, [bytes.buffer]);
}
