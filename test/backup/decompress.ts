import { readFile } from "node:fs/promises";
import { DecompressStream } from "zstd-napi";

/** All that a file of zstd frames holds, by a library that knows nothing of archives. */
export async function decompress(file: string): Promise<string> {
  const stream = new DecompressStream();
  stream.end(await readFile(file));
  let text = "";
  for await (const part of stream.setEncoding("utf8")) text += String(part);
  return text;
}
