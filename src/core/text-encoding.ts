import { PgstowError } from "./errors.ts";
import { textDecoder } from "./text-decoding.ts";

/** Bytes of the characters of an encoding, by code point. */
type Table = ReadonlyMap<number, readonly number[]>;

const tables = new Map<string, Table>();

/**
 * Unicode text in one of PostgreSQL's encodings. Node only decodes: the table is made by decoding whatever a character can be. Throws a
 * PgstowError `unsupported` for a character that the encoding does not have.
 */
export function encodeUnicode(text: string, encoding: string): Buffer {
  if (/^[\0-\x7f]*$/.test(text)) return Buffer.from(text, "latin1");
  let table = tables.get(encoding);
  if (table === undefined) tables.set(encoding, (table = makeTable(encoding)));
  const bytes: number[] = [];
  for (const character of text) {
    const found = table.get(character.codePointAt(0) ?? 0);
    if (found === undefined) throw new PgstowError("unsupported", `the character "${character}" is not in encoding ${encoding}`);
    for (const byte of found) bytes.push(byte);
  }
  return Buffer.from(bytes);
}

const BYTE_MAX = 0xff;
const HIGH_BYTE_MIN = 0x80;

/** Characters of one byte, of two, and of three behind the byte that EUC_JP has for them. The first of several ways to say one counts. */
function makeTable(encoding: string): Table {
  const decode = textDecoder(encoding);
  const table = new Map<number, readonly number[]>();
  const add = (...bytes: number[]): void => {
    try {
      const decoded = [...decode(Buffer.from(bytes))].map((character) => character.codePointAt(0) ?? 0);
      const [point] = decoded;
      if (decoded.length === 1 && point !== undefined && !table.has(point)) table.set(point, bytes);
    } catch {
      // No character.
    }
  };
  for (let one = 0; one <= BYTE_MAX; one++) add(one);
  const isSingle = table.size > BYTE_MAX - HIGH_BYTE_MIN && !MULTIBYTE.has(encoding);
  if (isSingle) return table;
  for (let one = HIGH_BYTE_MIN; one <= BYTE_MAX; one++) for (let two = 0x30; two <= BYTE_MAX; two++) add(one, two);
  if (encoding !== "EUC_JP") return table;
  for (let two = 0xa1; two <= 0xfe; two++) for (let three = 0xa1; three <= 0xfe; three++) add(0x8f, two, three);
  return table;
}

const MULTIBYTE: ReadonlySet<string> = new Set(["BIG5", "EUC_CN", "EUC_JP", "EUC_KR", "GB18030", "GBK", "SJIS", "UHC"]);
