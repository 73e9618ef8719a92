import type { CompressionMethod } from "../compression/method.ts";
import { encodeText } from "../../core/text-bytes.ts";
import type { TextForm } from "../../core/text-bytes.ts";
import { MAGIC } from "./decode.ts";
import { formatCodes } from "./item.ts";
import type { DataPosition, TocHead, TocItem } from "./item.ts";

const METHOD_CODES: Readonly<Record<CompressionMethod, number>> = { none: 0, gzip: 1, lz4: 2, zstd: 3 };
const POSITION_FLAGS: Readonly<Record<DataPosition["type"], number>> = { unknown: 1, known: 2, "no-data": 3 };
const OFFSET_BYTES = 8;

/** A sign byte, then 4 bytes of the magnitude. */
export function encodeInt(value: number): Buffer {
  const bytes = Buffer.alloc(5);
  bytes.writeUInt8(value < 0 ? 1 : 0, 0);
  bytes.writeUInt32LE(Math.abs(value), 1);
  return bytes;
}

/** An OID, which pg_dump takes for a signed number. */
export function encodeOid(oid: number): Buffer {
  return encodeInt(oid | 0);
}

function encodeString(text: string | null, form: TextForm): Buffer {
  if (text === null) return encodeInt(-1);
  const bytes = encodeText(text, form);
  return Buffer.concat([encodeInt(bytes.length), bytes]);
}

type EncodeString = (text: string | null) => Buffer;

/** The whole table of contents, its text in the archive's encoding. Its length does not depend on the positions. */
export function encodeToc(
  head: Omit<TocHead, "itemCount" | "intBytes" | "offsetBytes" | "revision">,
  items: readonly TocItem[],
  form: TextForm = { encoding: "UTF8" },
): Buffer {
  const string: EncodeString = (text) => encodeString(text, form);
  const parts = [encodeHead(head, items.length, string)];
  for (const item of items) parts.push(...encodeItem(head, item, string));
  return Buffer.concat(parts);
}

function encodeHead(
  head: Omit<TocHead, "itemCount" | "intBytes" | "offsetBytes" | "revision">,
  itemCount: number,
  string: EncodeString,
): Buffer {
  const { method, level } = head.compression;
  const time = new Date(head.startedAt);
  const clock = [time.getSeconds(), time.getMinutes(), time.getHours(), time.getDate(), time.getMonth(), time.getFullYear() - 1900, -1];
  return Buffer.concat([
    Buffer.from(MAGIC, "latin1"),
    Buffer.from([1, head.minor, 0, 4, OFFSET_BYTES, head.formatCode]),
    head.minor < 15 ? encodeInt(method === "none" ? 0 : (level ?? -1)) : Buffer.from([METHOD_CODES[method]]),
    ...clock.map(encodeInt),
    ...[head.database, head.serverVersion, head.dumpVersion].map(string),
    encodeInt(itemCount),
  ]);
}

function encodeItem({ minor, formatCode }: Pick<TocHead, "minor" | "formatCode">, item: TocItem, string: EncodeString): Buffer[] {
  return [
    encodeInt(item.dumpId),
    encodeInt(item.hasData ? 1 : 0),
    ...[String(item.classOid), String(item.oid), item.tag, item.kind].map(string),
    encodeInt(item.section),
    ...[item.create, item.drop, item.copy, item.schema, item.tablespace].map(string),
    ...(minor >= 14 ? [string(item.tableAccessMethod)] : []),
    ...(minor >= 16 ? [encodeInt(item.relkind)] : []),
    ...[item.owner, "false", ...item.dependencies.map(String), null].map(string),
    formatCode === formatCodes.custom ? encodePosition(item.position) : string(item.file),
  ];
}

function encodePosition(position: DataPosition): Buffer {
  const bytes = Buffer.alloc(1 + OFFSET_BYTES);
  bytes.writeUInt8(POSITION_FLAGS[position.type]);
  if (position.type === "known") bytes.writeBigUInt64LE(BigInt(position.offset), 1);
  return bytes;
}
