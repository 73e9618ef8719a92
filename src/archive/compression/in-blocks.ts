/** Bytes in blocks of one size, but for the last. Each is overwritten when the next is asked for, unless they shall be new ones. */
export async function* inBlocks(source: AsyncIterable<Uint8Array>, blockBytes: number, areNew = false): AsyncGenerator<Uint8Array> {
  let block = new Uint8Array(blockBytes);
  let filled = 0;
  for await (const piece of source) {
    for (let at = 0; at < piece.length;) {
      const bytes = piece.subarray(at, at + blockBytes - filled);
      block.set(bytes, filled);
      filled += bytes.length;
      at += bytes.length;
      if (filled < blockBytes) continue;
      yield block;
      if (areNew) block = new Uint8Array(blockBytes);
      filled = 0;
    }
  }
  if (filled > 0) yield areNew ? block.slice(0, filled) : block.subarray(0, filled);
}
