import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";

/** All that a file of zstd frames holds, by a library that knows nothing of archives. */
export async function decompress(file: string): Promise<string> {
  const { DecompressStream } = createRequire(import.meta.url)("zstd-napi") as typeof import("zstd-napi");
  const stream = new DecompressStream();
  stream.end(await readFile(file));
  let text = "";
  for await (const part of stream.setEncoding("utf8")) text += String(part);
  return text;
}
