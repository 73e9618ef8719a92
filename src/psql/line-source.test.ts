import { describe, expect, test } from "vitest";
import { LineSource } from "./line-source.ts";

/** The text in pieces of so many bytes. */
function sourceOf(text: string, size: number): LineSource {
  const bytes = Buffer.from(text);
  return new LineSource(
    "test",
    // eslint-disable-next-line @typescript-eslint/require-await
    (async function* () {
      for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
    })(),
  );
}

async function rows(source: LineSource): Promise<{ text: string; ended: boolean }> {
  const data = source.copyData();
  let text = "";
  for (;;) {
    const next = await data.next();
    if (next.done === true) return { text, ended: next.value };
    text += next.value.toString();
  }
}

const sizes = [1, 2, 3, 7, 1000];

describe.each(sizes)("a script in pieces of %i bytes", (size) => {
  test("has lines", async () => {
    const source = sourceOf("a\n\nb\r\nlast", size);
    const lines = [];
    for (let line = await source.nextLine(); line !== undefined; line = await source.nextLine()) lines.push(line.toString());
    expect(lines).toEqual(["a", "", "b\r", "last"]);
    expect(source.lineNumber).toBe(4);
  });

  test.each([
    ["1\\.\n\\.2\n\\.\nafter\n", "1\\.\n\\.2\n", 4],
    ["\\.\nafter\n", "", 2],
    ["1\r\n\\.\r\nafter\n", "1\r\n", 3],
    ["\\\\.\n\\N\t\\.\n\\.\nafter", "\\\\.\n\\N\t\\.\n", 4],
  ])("has rows up to their end: %j", async (script, expected, line) => {
    const source = sourceOf(script, size);
    expect(await rows(source)).toEqual({ text: expected, ended: true });
    expect((await source.nextLine())?.toString()).toBe("after");
    expect(source.lineNumber).toBe(line);
  });

  test("knows rows that do not end", async () => {
    expect(await rows(sourceOf("1\n2\n", size))).toEqual({ text: "1\n2\n", ended: false });
    expect(await rows(sourceOf("1\n\\", size))).toEqual({ text: "1\n\\", ended: false });
    expect(await rows(sourceOf("1\n\\.", size))).toEqual({ text: "1\n", ended: true });
  });
});
