import { PgstowError } from "../../core/errors.ts";
import type { Compression, CompressionMethod } from "../compression/method.ts";
import type { TocInput } from "./input.ts";
import { formatCodes, MINOR_MAX, MINOR_MIN } from "./item.ts";
import type { DataPosition, TocHead, TocItem } from "./item.ts";
import { isSpokenAsBytes } from "../../core/text-bytes.ts";
import { textDecoder } from "../../core/text-decoding.ts";
import type { DecodeText } from "../../core/text-decoding.ts";

export const MAGIC = "PGDMP";
const METHODS: readonly CompressionMethod[] = ["none", "gzip", "lz4", "zstd"];
const INT_BYTES_MAX = 8;
const OFFSET_BYTES_MAX = 16;
/** An item without any text, with the smallest integers that there are. */
const ITEM_BYTES_MIN = 30;

export interface Toc {
  readonly head: TocHead;
  /** In the order of the file, the special ones included. */
  readonly items: readonly TocItem[];
  /** Where the data of a custom archive starts. */
  readonly endOffset: number;
}

/**
 * Reads head and items, whose texts are bytes unless the archive is in UTF8. Throws a PgstowError: `not-an-archive` for a version that is not known, `corrupt` with the place for damage.
 */
export async function decodeToc(name: string, input: TocInput): Promise<Toc> {
  const raw = await input.decode(() => decodeHead(name, input));
  let decodeText = textDecoder("UTF8");
  const items: TocItem[] = [];
  for (let number = 1; number <= raw.itemCount; number++) {
    const start = input.offset;
    const item = await input.decode(() => decodeItem(input, raw, number, decodeText));
    if (item.kind === "ENCODING" && isSpokenAsBytes(quotedValue(item.create) ?? "UTF8")) decodeText = (bytes) => bytes.toString("latin1");
    else if (items.length === 0 && !/^[\x20-\x7e]*$/.test(item.tag)) throw input.corrupt("the first item is not the encoding", start);
    items.push(item);
  }
  const head = { ...raw, database: textOf(input, decodeText, raw.database ?? Buffer.alloc(0), "the head") };
  return { head, items, endOffset: input.offset };
}

/** What stands between the first two quotes: of `SET client_encoding = 'UTF8';` the encoding. */
export function quotedValue(create: string | null): string | undefined {
  return /^[^']*'([^']*)'/.exec(create ?? "")?.[1];
}

type RawHead = Omit<TocHead, "database"> & { readonly database: Buffer | null };

function decodeHead(name: string, input: TocInput): RawHead {
  if (input.bytes(MAGIC.length).toString("latin1") !== MAGIC) {
    throw new PgstowError("not-an-archive", `"${name}" is not an archive of pg_dump: it does not start with ${MAGIC}`, {
      context: { file: name },
    });
  }
  const [major, minor, revision] = [input.byte(), input.byte(), input.byte()];
  if (major !== 1 || minor < MINOR_MIN || minor > MINOR_MAX) throw unknownVersion(name, `${major}.${minor}`);
  input.intBytes = input.byte();
  input.offsetBytes = input.byte();
  if (input.intBytes < 1 || input.intBytes > INT_BYTES_MAX) throw input.corrupt(`it has integers of ${input.intBytes} bytes`, 8);
  if (input.offsetBytes < 1 || input.offsetBytes > OFFSET_BYTES_MAX) throw input.corrupt(`it has offsets of ${input.offsetBytes} bytes`, 9);
  const formatCode = input.byte();
  if (formatCode !== formatCodes.custom && formatCode !== formatCodes.tar) throw input.corrupt(`it is of unknown format ${formatCode}`, 10);
  const compression = decodeCompression(input, minor);
  const startedAt = decodeClock(input);
  const database = input.string();
  const [serverVersion, dumpVersion] = [asciiOf(input), asciiOf(input)];
  const start = input.offset;
  const itemCount = input.int();
  if (itemCount < 0 || itemCount * ITEM_BYTES_MIN > input.bytesLeft) throw input.corrupt(`it claims ${itemCount} items`, start);
  const { intBytes, offsetBytes } = input;
  const sizes = { intBytes, offsetBytes, formatCode, itemCount };
  return { minor, revision, ...sizes, compression, startedAt, database, serverVersion, dumpVersion };
}

function unknownVersion(name: string, version: string): PgstowError {
  return new PgstowError("not-an-archive", `"${name}" is an archive of pg_dump in version ${version}, which is not known`, {
    context: { file: name },
    hint: `Versions 1.${MINOR_MIN} (PostgreSQL 9.0) to 1.${MINOR_MAX} (PostgreSQL 18) can be read.`,
  });
}

function decodeCompression(input: TocInput, minor: number): Compression {
  const start = input.offset;
  if (minor < 15) {
    const level = input.int();
    if (level === 0) return { method: "none" };
    return level === -1 ? { method: "gzip" } : { method: "gzip", level };
  }
  const code = input.byte();
  const method = METHODS[code];
  if (method === undefined) throw input.corrupt(`it is compressed by an unknown method ${code}`, start);
  return { method };
}

/** Nonsense in the clock hurts nobody. */
function decodeClock(input: TocInput): string {
  const [sec = 0, min = 0, hour = 0, day = 1, month = 0, year = 70] = Array.from({ length: 7 }, () => input.int());
  const time = new Date(year + 1900, month, day, hour, min, sec);
  return Number.isNaN(time.getTime()) ? new Date(0).toISOString() : time.toISOString();
}

function asciiOf(input: TocInput): string | null {
  return input.string()?.toString("utf8") ?? null;
}

function textOf(input: TocInput, decodeText: DecodeText, bytes: Buffer, where: string): string {
  try {
    return decodeText(bytes);
  } catch {
    throw input.corrupt(`a text of ${where} is not in the archive's encoding`);
  }
}

function decodeItem(input: TocInput, head: RawHead, number: number, decodeText: DecodeText): TocItem {
  const start = input.offset;
  const wrong = (problem: string): Error => input.corrupt(`item ${number} of ${head.itemCount} ${problem}`, start);
  const optional = (): string | null => {
    const bytes = input.string();
    return bytes === null ? null : textOf(input, decodeText, bytes, `item ${number} of ${head.itemCount}`);
  };
  const required = (what: string): string => {
    const text = optional();
    if (text === null) throw wrong(`has no ${what}`);
    return text;
  };
  const oid = (what: string): number => {
    const text = required(what);
    if (!/^\d{1,10}$/.test(text) || Number(text) > 0xffffffff) throw wrong(`has the ${what} ${JSON.stringify(text.slice(0, 20))}`);
    return Number(text);
  };
  const dumpId = input.int();
  if (dumpId < 1 || dumpId > 0x7fffffff) throw wrong(`has the id ${dumpId}`);
  const hasData = input.int() !== 0;
  const [classOid, ownOid] = [oid("catalog OID"), oid("OID")];
  const [tag, kind] = [required("tag"), required("kind")];
  if (!/^[ -~]+$/.test(kind)) throw wrong(`has the kind ${JSON.stringify(kind.slice(0, 40))}`);
  const section = input.int();
  if (section < 1 || section > 4) throw wrong(`is in section ${section}`);
  const [create, drop, copy, schema, tablespace] = [optional(), optional(), optional(), optional(), optional()];
  const tableAccessMethod = head.minor >= 14 ? optional() : null;
  const relkind = head.minor >= 16 ? input.int() : 0;
  const owner = optional();
  required("mark of tables with OIDs");
  const dependencies = decodeDependencies(input, wrong);
  const isCustom = head.formatCode === formatCodes.custom;
  const position: DataPosition = isCustom ? decodePosition(input, wrong) : { type: "no-data" };
  const file = isCustom ? "" : (optional() ?? "");
  const facts = { dumpId, hasData, classOid, oid: ownOid, tag, kind, section };
  const sql = { create, drop, copy, schema, tablespace, tableAccessMethod, relkind, owner };
  return { ...facts, ...sql, dependencies, position, file };
}

function decodeDependencies(input: TocInput, wrong: (problem: string) => Error): number[] {
  const dependencies: number[] = [];
  for (;;) {
    const text = input.string()?.toString("latin1");
    if (text === undefined) return dependencies;
    if (!/^\d{1,10}$/.test(text)) throw wrong(`depends on ${JSON.stringify(text.slice(0, 20))}`);
    dependencies.push(Number(text));
  }
}

function decodePosition(input: TocInput, wrong: (problem: string) => Error): DataPosition {
  const flag = input.byte();
  const offset = input.position();
  if (flag === 1) return { type: "unknown" };
  if (flag === 2) return { type: "known", offset };
  if (flag === 3) return { type: "no-data" };
  throw wrong(`has its data at a place of unknown kind ${flag}`);
}
