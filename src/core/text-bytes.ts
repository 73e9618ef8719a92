import { encodeUnicode } from "./text-encoding.ts";

/**
 * How the text of an archive stands for bytes. `bytes`: each character, U+0000 to U+00FF, is one byte of the encoding. So names and
 * definitions pass through as the server sent them, whatever the encoding, and also when they are in none, as in a SQL_ASCII database.
 */
export interface TextForm {
  /** As PostgreSQL spells it. */
  readonly encoding: string;
  /** Unicode unless true. */
  readonly textIsBytes?: boolean;
}

/** Whether a session that speaks this encoding gives text as bytes. */
export function isSpokenAsBytes(encoding: string): boolean {
  return encoding !== "UTF8";
}

/** The bytes of such text. Throws a PgstowError `unsupported` for Unicode text with a character that the encoding does not have. */
export function encodeText(text: string, { encoding, textIsBytes }: TextForm): Buffer {
  if (textIsBytes === true) return Buffer.from(text, "latin1");
  return encoding === "UTF8" ? Buffer.from(text) : encodeUnicode(text, encoding);
}

/** Length in bytes of the character that starts with these two. */
export type CharacterBytes = (first: number, second: number) => number;

const twoBytes: CharacterBytes = (first) => (first < 0x80 ? 1 : 2);

/** Encodings in which a later byte of a character may be one of ASCII's, a backslash among them. PostgreSQL has them for clients only. */
const EMBEDDING: Readonly<Record<string, CharacterBytes>> = {
  BIG5: twoBytes,
  GB18030: (first, second) => (first < 0x80 ? 1 : second >= 0x30 && second <= 0x39 ? 4 : 2),
  GBK: twoBytes,
  JOHAB: (first) => (first === 0x8f ? 3 : first < 0x80 ? 1 : 2),
  SHIFT_JIS_2004: (first) => (first < 0x80 || (first >= 0xa1 && first <= 0xdf) ? 1 : 2),
  SJIS: (first) => (first < 0x80 || (first >= 0xa1 && first <= 0xdf) ? 1 : 2),
  UHC: twoBytes,
};

/** null for encodings in which a byte of ASCII is always itself. */
export function characterBytesOf(encoding: string): CharacterBytes | null {
  return EMBEDDING[encoding] ?? null;
}
