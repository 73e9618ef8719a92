/** What a byte can begin outside of quotes and comments. */
export const CLASS = {
  other: 0,
  letter: 1,
  digit: 2,
  space: 3,
  quote: 4,
  doubleQuote: 5,
  dollar: 6,
  dash: 7,
  slash: 8,
  open: 9,
  close: 10,
  semicolon: 11,
  colon: 12,
  backslash: 13,
} as const;

/** By byte. Bytes of other alphabets count as letters, as the server counts them. */
export const classOf = makeClasses();
/** 1 where a byte may go on in an identifier. */
export const inIdentifier = makeSet((byte) => isWord(byte) || byte === 0x24);
/** 1 where a byte may stand in the name of a variable. */
export const inVariableName = makeSet(isWord);

function isWord(byte: number): boolean {
  return isLetter(byte) || isDigit(byte);
}

function isLetter(byte: number): boolean {
  return (byte >= 0x41 && byte <= 0x5a) || (byte >= 0x61 && byte <= 0x7a) || byte === 0x5f || byte >= 0x80;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

function makeSet(holds: (byte: number) => boolean): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (holds(byte) ? 1 : 0));
}

function makeClasses(): Uint8Array {
  const table = Uint8Array.from({ length: 256 }, (_, byte) => (isLetter(byte) ? CLASS.letter : isDigit(byte) ? CLASS.digit : CLASS.other));
  for (const byte of Buffer.from(" \t\n\r\f\v")) table[byte] = CLASS.space;
  const single: readonly (readonly [string, number])[] = [
    ["'", CLASS.quote],
    ['"', CLASS.doubleQuote],
    ["$", CLASS.dollar],
    ["-", CLASS.dash],
    ["/", CLASS.slash],
    ["(", CLASS.open],
    [")", CLASS.close],
    [";", CLASS.semicolon],
    [":", CLASS.colon],
    ["\\", CLASS.backslash],
  ];
  for (const [character, kind] of single) table[character.charCodeAt(0)] = kind;
  return table;
}
