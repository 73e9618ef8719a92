import { describe, expect, it } from "vitest";
import { SecretMask } from "./mask.ts";

function mask(secrets: readonly string[], ...pieces: (string | Buffer)[]): string {
  const masked = new SecretMask(secrets);
  return Buffer.concat([...pieces.map((piece) => masked.push(Buffer.from(piece))), masked.end()]).toString();
}

describe("secrets in a stream", () => {
  it("are replaced wherever it is cut", () => {
    const text = "a gehäim b geh gehäimgehäim";
    const bytes = Buffer.from(text);
    expect(mask(["gehäim"], text)).toBe("a *** b geh ******");
    for (let at = 0; at <= bytes.length; at++)
      expect(mask(["gehäim"], bytes.subarray(0, at), bytes.subarray(at))).toBe("a *** b geh ******");
    expect(mask(["gehäim"], ...[...bytes].map((byte) => Buffer.of(byte)))).toBe("a *** b geh ******");
  });

  it("are replaced as URLs and JSON have them", () => {
    expect(mask(['p@s"s'], 'p@s"s p%40s%22s "p@s\\"s"')).toBe('*** *** "***"');
  });

  it("may begin or end with one another", () => {
    expect(mask(["abc", "abcdef", "xab"], "abcde", "f abc", " xabc", "d abcd")).toBe("*** *** ***cd ***d");
    expect(mask(["aab"], "aaab", "aa", "b")).toBe("a******");
  });

  it("are no short ones, and nothing else is changed or kept", () => {
    expect(mask(["", "x", "ab"], "x ab", " y")).toBe("x ab y");
    expect(new SecretMask(["secret"]).push(Buffer.from("so far")).toString()).toBe("so far");
    expect(mask(["secret"], "what ends in secre")).toBe("what ends in secre");
    const bytes = Buffer.from([0xff, 0x00, 0xc3, 0x0a]);
    expect(new SecretMask(["secret"]).push(bytes)).toEqual(bytes);
  });
});
