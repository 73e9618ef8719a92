import { EventEmitter } from "node:events";
import type { Socket } from "node:net";
import { describe, expect, test } from "vitest";
import { encodeMessage } from "./messages.ts";
import { QueryPipeline } from "./query-pipeline.ts";
import { Wire } from "./wire.ts";
import type { WireOrigin } from "./wire.ts";

/** A socket that reads everything into one small buffer. */
class LendingSocket extends EventEmitter {
  readonly #buffer = Buffer.alloc(64);

  give(bytes: Buffer): void {
    const chunk = this.#buffer.subarray(0, bytes.length);
    bytes.copy(chunk);
    this.emit("lent", chunk);
    this.#buffer.fill(0xff);
  }

  write(): boolean {
    return true;
  }

  resume(): this {
    return this;
  }
}

function openWire(): { socket: LendingSocket; wire: Wire } {
  const socket = new LendingSocket();
  const session = {
    socket: socket as unknown as Socket,
    parameters: new Map<string, string>(),
    backendKey: Buffer.alloc(8),
    greeting: Buffer.alloc(0),
  };
  return { socket, wire: new Wire(session, {} as WireOrigin) };
}

function integer(value: number, bytes: 2 | 4): Buffer {
  const result = Buffer.alloc(bytes);
  result.writeIntBE(value, 0, bytes);
  return result;
}

function column(name: string): Buffer {
  const TEXT = 25;
  return Buffer.concat([
    Buffer.from(`${name}\0`),
    integer(0, 4),
    integer(0, 2),
    integer(TEXT, 4),
    integer(-1, 2),
    integer(-1, 4),
    integer(0, 2),
  ]);
}

const description = encodeMessage("T", Buffer.concat([integer(1, 2), column("word")]));
const row = (text: string): Buffer => encodeMessage("D", Buffer.concat([integer(1, 2), integer(text.length, 4), Buffer.from(text)]));
const done = encodeMessage("C", Buffer.from("SELECT 2\0"));
const ready = encodeMessage("Z", Buffer.from("I"));
const answer = Buffer.concat([description, row("one"), row("another"), done, ready]);

function pieces(bytes: Buffer, size: number): Buffer[] {
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) => bytes.subarray(at * size, (at + 1) * size));
}

describe("bytes that a socket lends for a moment", () => {
  test.each([1, 2, 3, 5, 7, 11, 13, 17, 64])("answers to queries that come in pieces of %i bytes are whole", async (size) => {
    const { socket, wire } = openWire();
    const pipeline = new QueryPipeline(wire, { notice: () => undefined, parameter: () => undefined });
    const answers = [pipeline.query("first"), pipeline.query("second")];
    for (const piece of pieces(Buffer.concat([answer, answer]), size)) socket.give(piece);
    for (const { rows, tag } of await Promise.all(answers)) {
      expect(rows).toEqual([{ word: "one" }, { word: "another" }]);
      expect(tag).toBe("SELECT 2");
    }
  });

  test.each([1, 6, 19, 64])("what comes behind the rows of a COPY in pieces of %i bytes is whole", async (size) => {
    const { socket, wire } = openWire();
    const pipeline = new QueryPipeline(wire, { notice: () => undefined, parameter: () => undefined });
    const copied: Buffer[] = [];
    let bytesOfRows = 40;
    const copy = pipeline.query("copy", () => ({
      push(chunk) {
        copied.push(Buffer.from(chunk.subarray(0, bytesOfRows)));
        const rest = chunk.length > bytesOfRows ? Buffer.from(chunk.subarray(bytesOfRows)) : undefined;
        bytesOfRows = Math.max(0, bytesOfRows - chunk.length);
        return rest;
      },
    }));
    const query = pipeline.query("query");
    const end = encodeMessage("C", Buffer.from("COPY 5\0"));
    for (const piece of pieces(Buffer.concat([Buffer.alloc(40, "x"), end, ready, answer]), size)) socket.give(piece);
    expect((await copy).tag).toBe("COPY 5");
    expect(Buffer.concat(copied).toString()).toBe("x".repeat(40));
    expect((await query).rows).toEqual([{ word: "one" }, { word: "another" }]);
  });

  test("a driver, which keeps what it gets, gets bytes of its own; whoever reads rows past it does not", () => {
    const { socket, wire } = openWire();
    const kept: Buffer[] = [];
    wire.on("data", (chunk: Buffer) => kept.push(chunk));
    socket.give(Buffer.from("abc"));
    expect(kept.map(String)).toEqual(["abc"]);
    const seen: Buffer[] = [];
    wire.divert((chunk) => seen.push(chunk));
    socket.give(Buffer.from("rows"));
    wire.restore(Buffer.from("def"));
    socket.give(Buffer.from("ghi"));
    expect(kept.map(String)).toEqual(["abc", "def", "ghi"]);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.every((byte) => byte === 0xff)).toBe(true);
  });

  test("after a change to a driver, bytes are no longer lent", () => {
    const { socket, wire } = openWire();
    wire.claim();
    wire.changeDriver();
    const kept: Buffer[] = [];
    wire.on("data", (chunk: Buffer) => kept.push(chunk));
    socket.give(Buffer.from("abc"));
    socket.give(Buffer.from("def"));
    expect(kept.map(String)).toEqual(["abc", "def"]);
  });
});
