import { PgstowError } from "./errors.ts";

/** Turns the bytes of texts into text; throws a TypeError for bytes that are none of the encoding's. */
export type DecodeText = (bytes: Buffer) => string;

/** PostgreSQL's names of encodings -> those of the Encoding Standard. */
const LABELS: Readonly<Record<string, string>> = {
  BIG5: "big5",
  EUC_CN: "gbk",
  EUC_JP: "euc-jp",
  EUC_KR: "euc-kr",
  GB18030: "gb18030",
  GBK: "gbk",
  KOI8R: "koi8-r",
  KOI8U: "koi8-u",
  LATIN2: "iso-8859-2",
  LATIN3: "iso-8859-3",
  LATIN4: "iso-8859-4",
  LATIN6: "iso-8859-10",
  LATIN7: "iso-8859-13",
  LATIN8: "iso-8859-14",
  LATIN9: "iso-8859-15",
  LATIN10: "iso-8859-16",
  ISO_8859_5: "iso-8859-5",
  ISO_8859_6: "iso-8859-6",
  ISO_8859_7: "iso-8859-7",
  ISO_8859_8: "iso-8859-8",
  SJIS: "shift_jis",
  // Bytes without an encoding: mostly they are one.
  SQL_ASCII: "utf-8",
  UHC: "euc-kr",
  UTF8: "utf-8",
  WIN866: "ibm866",
  WIN874: "windows-874",
  WIN1250: "windows-1250",
  WIN1251: "windows-1251",
  WIN1253: "windows-1253",
  WIN1254: "windows-1254",
  WIN1255: "windows-1255",
  WIN1256: "windows-1256",
  WIN1257: "windows-1257",
  WIN1258: "windows-1258",
};

/** Of the bytes from 0x80 on; those without a character stand for themselves. Node takes the encoding for Latin 1. */
const WIN1252_SIGNS = Array.from(
  "\u20ac\u0081\u201a\u0192\u201e\u2026\u2020\u2021\u02c6\u2030\u0160\u2039\u0152\u008d\u017d\u008f\u0090\u2018\u2019\u201c\u201d\u2022\u2013\u2014\u02dc\u2122\u0161\u203a\u0153\u009d\u017e\u0178",
);

/** Throws a PgstowError `unsupported` for an encoding that cannot be read here. */
export function textDecoder(encoding: string): DecodeText {
  const name = encoding.toUpperCase();
  // What the Encoding Standard calls Latin 1 is another encoding.
  if (name === "LATIN1") return (bytes) => bytes.toString("latin1");
  if (name === "WIN1252")
    return (bytes) => bytes.toString("latin1").replaceAll(/[\x80-\x9f]/g, (sign) => WIN1252_SIGNS[sign.charCodeAt(0) - 0x80] ?? sign);
  const label = LABELS[name];
  if (label === undefined) throw new PgstowError("unsupported", `the archive's text is in encoding "${encoding}", which is not supported`);
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: true });
  return (bytes) => decoder.decode(bytes);
}
