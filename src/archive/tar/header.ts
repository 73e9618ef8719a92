import { PgstowError } from "../../core/errors.ts";

export const TAR_BLOCK_BYTES = 512;
/** From there on a size is written in binary. */
const OCTAL_SIZE_MAX = 8 ** 11 - 1;
const CHECKSUM = { start: 148, end: 156 } as const;
const SIZE = { start: 124, end: 136 } as const;
const NAME_BYTES = 100;

export interface TarMember {
  readonly name: string;
  readonly size: number;
}

/** Zeros after a member's content. */
export function paddingBytes(size: number): number {
  return (TAR_BLOCK_BYTES - (size % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;
}

/** The header of a member as pg_dump writes it. */
export function encodeTarHeader({ name, size }: TarMember, modifiedAt: Date): Buffer {
  if (Buffer.byteLength(name) >= NAME_BYTES) throw new PgstowError("internal", `name too long for a tar member: ${name}`);
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  header.write(name, 0);
  header.write("0000600 0004000 0002000 ", 100, "latin1");
  writeNumber(header, SIZE.start, size);
  writeNumber(header, SIZE.end, Math.floor(modifiedAt.getTime() / 1000));
  header.write("0ustar\u000000", 156, "latin1");
  header.copyWithin(257, 157, 165);
  header.fill(0, 157, 165);
  header.write("postgres", 265, "latin1");
  header.write("postgres", 297, "latin1");
  header.write("0000000 0000000 ", 329, "latin1");
  header.write(`${checksumOf(header).toString(8).padStart(7, "0")} `, CHECKSUM.start, "latin1");
  return header;
}

/** 11 octal digits and a blank; larger ones as 11 bytes, most significant first, after a byte 0x80. */
function writeNumber(header: Buffer, at: number, value: number): void {
  if (value <= OCTAL_SIZE_MAX) {
    header.write(`${value.toString(8).padStart(11, "0")} `, at, "latin1");
    return;
  }
  header.writeUInt8(0x80, at);
  header.writeBigUInt64BE(BigInt(value), at + 4);
}

/** Whether a block is the header of a member: its checksum is right, and one of the known marks is there. */
export function isTarHeader(block: Uint8Array): boolean {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  if (header.length < TAR_BLOCK_BYTES || header.subarray(257, 262).toString("latin1") !== "ustar") return false;
  const said = Number.parseInt(header.subarray(CHECKSUM.start, CHECKSUM.end).toString("latin1").replaceAll("\0", " ").trim(), 8);
  return said === checksumOf(header);
}

/** undefined for a size that is none. */
export function decodeTarHeader(block: Uint8Array): TarMember | undefined {
  const header = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
  const size = readNumber(header.subarray(SIZE.start, SIZE.end));
  if (size === undefined) return undefined;
  const name = header.subarray(0, NAME_BYTES);
  const end = name.indexOf(0);
  return { name: name.subarray(0, end < 0 ? NAME_BYTES : end).toString("utf8"), size };
}

function readNumber(field: Buffer): number | undefined {
  if (field.readUInt8(0) === 0x80) {
    const value = Number(field.readBigUInt64BE(4));
    return field.readUIntBE(1, 3) === 0 && Number.isSafeInteger(value) ? value : undefined;
  }
  const digits = field.toString("latin1").replaceAll("\0", " ").trim();
  return /^[0-7]+$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** Sum of all bytes, the checksum's own counted as blanks. */
function checksumOf(header: Buffer): number {
  let sum = 0;
  header.forEach((byte, at) => (sum += at >= CHECKSUM.start && at < CHECKSUM.end ? 0x20 : byte));
  return sum;
}
