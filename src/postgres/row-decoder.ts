import type { TextForm } from "./messages.ts";

/** Where the columns of a DataRow are, and what makes values of them. */
interface ColumnDecoder {
  readonly name: string;
  readonly decode: (bytes: Buffer, start: number, end: number) => unknown;
}

/** Types whose values are numbers here: int2, int4, oid; and float4, float8. */
const WHOLE_TYPES: readonly number[] = [21, 23, 26];
const FLOAT_TYPES: readonly number[] = [700, 701];
const BOOL_TYPE = 16;
/** Longer values are not held against the one before. */
const REPEATED_BYTES_MAX = 64;
const MINUS = 0x2d;
const ZERO = 0x30;
const TRUE = 0x74;

/** Turns the DataRow messages of one result into objects. */
export type RowDecoder = (body: Buffer) => object;

/** Makes the decoder for a RowDescription's body. */
export function rowDecoder(description: Buffer, form: TextForm = "utf8"): RowDecoder {
  const columns = readColumns(description, form);
  const build = rowBuilder(columns.map(({ name }) => name));
  const values: unknown[] = columns.map(() => null);
  return (body) => {
    let at = 2;
    for (let column = 0; column < columns.length; column++) {
      const length = body.readInt32BE(at);
      at += 4;
      if (length < 0) values[column] = null;
      else {
        values[column] = columns[column]?.decode(body, at, at + length);
        at += length;
      }
    }
    return build(values);
  };
}

function readColumns(body: Buffer, form: TextForm): ColumnDecoder[] {
  const columns: ColumnDecoder[] = [];
  let at = 2;
  for (let count = body.readUInt16BE(0); count > 0; count--) {
    const end = body.indexOf(0, at);
    const name = body.toString("utf8", at, end);
    columns.push({ name, decode: decoderOf(body.readUInt32BE(end + 7), form) });
    at = end + 19;
  }
  return columns;
}

function decoderOf(type: number, form: TextForm): ColumnDecoder["decode"] {
  if (WHOLE_TYPES.includes(type)) return decodeWhole;
  if (FLOAT_TYPES.includes(type)) return (bytes, start, end) => Number(bytes.toString("latin1", start, end));
  if (type === BOOL_TYPE) return (bytes, start) => bytes[start] === TRUE;
  return textDecoder(form);
}

function decodeWhole(bytes: Buffer, start: number, end: number): number {
  const negative = bytes[start] === MINUS;
  let value = 0;
  for (let at = negative ? start + 1 : start; at < end; at++) value = value * 10 + (bytes[at] ?? ZERO) - ZERO;
  return negative ? -value : value;
}

/** Text. Columns of catalogs often say the same row after row: then the string of the row before serves again. */
function textDecoder(form: TextForm): ColumnDecoder["decode"] {
  const last = Buffer.alloc(REPEATED_BYTES_MAX);
  let lastLength = -1;
  let lastText = "";
  return (bytes, start, end) => {
    const length = end - start;
    if (length > REPEATED_BYTES_MAX) return bytes.toString(form, start, end);
    if (length === lastLength) {
      let at = 0;
      while (at < length && last[at] === bytes[start + at]) at++;
      if (at === length) return lastText;
    }
    lastText = bytes.toString(form, start, end);
    lastLength = length;
    for (let at = 0; at < length; at++) last[at] = bytes[start + at] ?? 0;
    return lastText;
  };
}

/**
 * Builds objects with these properties. Compiled for the names: properties that are set one by one under computed names make V8 keep a
 * hash table for each row, which takes six times the memory and four times the time. Where code must not be made of text, or where a
 * name is not a plain one, they are set one by one all the same.
 */
function rowBuilder(names: readonly string[]): (values: readonly unknown[]) => object {
  const isPlain = names.every((name) => /^[a-z][a-z0-9_]*$/.test(name)) && new Set(names).size === names.length;
  if (isPlain) {
    try {
      const properties = names.map((name, at) => `${name}: values[${at.toString()}]`);
      // eslint-disable-next-line @typescript-eslint/no-implied-eval -- see above; the names are checked to be nothing but names
      return new Function("values", `return { ${properties.join(", ")} };`) as (values: readonly unknown[]) => object;
    } catch {
      // Not allowed here (--disallow-code-generation-from-strings, or a host that forbids it).
    }
  }
  return (values) => Object.fromEntries(names.map((name, at) => [name, values[at]]));
}
