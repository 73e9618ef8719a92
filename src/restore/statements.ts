const [QUOTE, DOUBLE_QUOTE, SEMICOLON, BACKSLASH, LINE_FEED] = [0x27, 0x22, 0x3b, 0x5c, 0x0a];

/**
 * Cuts text that holds whole INSERT statements into them, each with its `;`. What stands in quotes is skipped; backslashes escape a
 * quote only with standard_conforming_strings off.
 */
export function* statementsIn(bytes: Uint8Array, standardConformingStrings: boolean): Generator<Uint8Array> {
  let start = 0;
  let quote = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (quote !== 0) {
      if (byte === BACKSLASH && quote === QUOTE && !standardConformingStrings) at++;
      else if (byte === quote) quote = 0;
    } else if (byte === QUOTE || byte === DOUBLE_QUOTE) {
      quote = byte;
    } else if (byte === SEMICOLON) {
      yield bytes.subarray(start, at + 1);
      start = at + 1;
      while (bytes[start] === LINE_FEED) start++;
    }
  }
}
