import { describe, expect, it } from "vitest";
import { CopyDataDeframer } from "./copy-data-deframer.ts";

interface Found {
  readonly batches: { readonly text: string; readonly rows: number; readonly bytes: Uint8Array }[];
  /** Types of the messages between rows. */
  news: string;
  rest: string;
  rows: number;
}

function frame(type: string, body: string): Buffer {
  const bytes = Buffer.from(body, "latin1");
  const header = Buffer.alloc(5);
  header.write(type, 0, "latin1");
  header.writeUInt32BE(bytes.length + 4, 1);
  return Buffer.concat([header, bytes]);
}

const END = Buffer.concat([frame("c", ""), frame("C", "COPY 9\0"), frame("Z", "I")]);
const START = frame("H", "\0\0\x01\0\0");

/** Feeds the stream in pieces of the lengths that `nextLength` gives; stops at the end of the data, as a diverted wire does. */
function deframe(stream: Buffer, batchBytes: number, nextLength: () => number): Found {
  const found: Found = { batches: [], news: "", rest: "", rows: 0 };
  const state = { ended: false };
  const deframer = new CopyDataDeframer(batchBytes, {
    batch: ({ bytes, rows }) => found.batches.push({ text: Buffer.from(bytes).toString("latin1"), rows, bytes }),
    news: (message) => (found.news += message.toString("latin1", 0, 1)),
    end: (rest) => {
      state.ended = true;
      found.rest = rest.toString("latin1");
    },
  });
  let at = 0;
  while (at < stream.length && !state.ended) {
    const chunk = Buffer.from(stream.subarray(at, at + nextLength()));
    at += chunk.length;
    deframer.push(chunk);
    // What a socket gave may be used again for its next read.
    chunk.fill("!");
  }
  found.rest += stream.toString("latin1", at);
  found.rows = deframer.rows;
  return found;
}

/** Repeatable numbers from 0 to below the limit. */
function pseudoRandom(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * limit);
  };
}

describe("CopyDataDeframer", () => {
  const next = pseudoRandom(7);
  const rows = Array.from({ length: 400 }, (_, index) => `${index}\t${"x".repeat(next(200))}\n`);
  const news = (index: number): string => (index % 50 === 3 ? "N" : "") + (index % 90 === 5 ? "S" : "");
  const messages = rows.flatMap((row, index) => [...[...news(index)].map((type) => frame(type, "Mhello\0\0")), frame("d", row)]);
  const stream = Buffer.concat([START, ...messages, END]);

  it.each([1, 2, 7, 64, 5000, 1_000_000])("gives the same rows from pieces of up to %i bytes, whatever the batch size", (lengthMax) => {
    for (const batchBytes of [1, 100, 3000, 1_000_000]) {
      const random = pseudoRandom(lengthMax);
      const found = deframe(stream, batchBytes, () => 1 + random(lengthMax));
      expect(found.batches.map(({ text }) => text).join("")).toBe(rows.join(""));
      expect(found.rows).toBe(rows.length);
      expect(found.batches.map((batch) => batch.rows)).toEqual(found.batches.map(({ text }) => text.split("\n").length - 1));
      expect(found.batches.every(({ text }) => text.endsWith("\n"))).toBe(true);
      expect(found.batches.slice(0, -1).every(({ text }) => text.length >= batchBytes)).toBe(true);
      expect(found.news).toBe(`H${rows.map((_, index) => news(index)).join("")}`);
      expect(found.rest).toBe(END.toString("latin1"));
    }
  });

  it("cuts batches of about the wanted size", () => {
    const found = deframe(stream, 3000, () => 500);
    expect(found.batches.length).toBeGreaterThan(5);
    for (const { text } of found.batches) expect(text.length).toBeLessThanOrEqual(3000 + 500);
  });

  it("takes rows far larger than a batch, one after the other", () => {
    const large = [1_000_000, 3, 700_000, 2_500_000].map((length, index) => `${String(index).repeat(length)}\n`);
    const found = deframe(Buffer.concat([START, ...large.map((row) => frame("d", row)), END]), 1000, () => 65_536);
    expect(found.batches.map(({ text }) => text).join("") === large.join("")).toBe(true);
    expect(found.rows).toBe(4);
  });

  it("gives each batch memory of its own, from its start, that can go to another thread", () => {
    const found = deframe(stream, 5000, () => 4096);
    const memories = found.batches.map(({ bytes }) => bytes.buffer);
    expect(new Set(memories).size).toBe(memories.length);
    for (const { bytes, text } of found.batches) {
      expect(bytes.byteOffset).toBe(0);
      const moved = structuredClone(bytes, { transfer: [bytes.buffer as ArrayBuffer] });
      expect(Buffer.from(moved).toString("latin1")).toBe(text);
    }
  });

  it("gives no batch for a table without rows", () => {
    expect(deframe(Buffer.concat([START, END]), 100, () => 3)).toMatchObject({ batches: [], rows: 0, rest: END.toString("latin1") });
  });

  it("hands over the whole rows before an error, and the error", () => {
    const error = Buffer.concat([frame("E", "SERROR\0\0"), frame("Z", "E")]);
    const found = deframe(Buffer.concat([START, frame("d", "1\n"), frame("d", "2\n"), error]), 1000, () => 4);
    expect(found.batches).toMatchObject([{ text: "1\n2\n", rows: 2 }]);
    expect(found.rest).toBe(error.toString("latin1"));
  });

  it("throws at a length that cannot be, and at data after the end", () => {
    const deframer = new CopyDataDeframer(100, { batch: () => undefined, news: () => undefined, end: () => undefined });
    expect(() => deframer.push(Buffer.from([0x64, 0, 0, 0, 3, 1, 2]))).toThrow("impossible length");
    const other = new CopyDataDeframer(100, { batch: () => undefined, news: () => undefined, end: () => undefined });
    other.push(END);
    expect(() => other.push(frame("d", "1\n"))).toThrow("COPY data after its end");
  });
});
