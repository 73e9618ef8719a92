import { open } from "node:fs/promises";

/** The first bytes of a file, at most so many. Rejects with what the system says. */
export async function readStart(path: string, bytesMax: number): Promise<Buffer> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(bytesMax), 0, bytesMax, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
