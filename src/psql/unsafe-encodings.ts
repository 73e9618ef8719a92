/** Encodings of clients whose characters may hold bytes below 0x80 behind their first one. */
const UNSAFE: ReadonlySet<string> = new Set(["SJIS", "SHIFT_JIS_2004", "BIG5", "GBK", "UHC", "GB18030", "JOHAB"]);

/** The line with those bytes made harmless, at the same places; the line itself where the encoding has none. */
export function maskTrailingBytes(line: Buffer, encoding: string | undefined): Buffer {
  if (encoding === undefined || !UNSAFE.has(encoding)) return line;
  let masked: Buffer | undefined;
  for (let at = 0; at < line.length; at++) {
    if (line[at]! < 0x80 || (encoding.startsWith("S") && line[at]! >= 0xa1 && line[at]! <= 0xdf)) continue;
    if (++at >= line.length || line[at]! >= 0x80) continue;
    masked ??= Buffer.from(line);
    masked[at] = 0xff;
    // GB18030 has characters of four bytes, told by a digit in the second place.
    if (encoding === "GB18030" && line[at]! >= 0x30 && line[at]! <= 0x39) {
      masked.fill(0xff, at, Math.min(at + 3, line.length));
      at += 2;
    }
  }
  return masked ?? line;
}
