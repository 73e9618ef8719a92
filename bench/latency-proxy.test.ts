import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { performance } from "node:perf_hooks";
import { buffer } from "node:stream/consumers";
import { afterEach, describe, expect, test } from "vitest";
import { openLatencyProxy } from "./latency-proxy.ts";

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

/** A server behind a link, and a client of it that may close its half and still read. */
async function connectThrough(roundTripMs: number, serve: (socket: Socket) => void): Promise<Socket> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on("error", () => undefined);
    serve(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const proxy = await openLatencyProxy({ host: "127.0.0.1", port: (server.address() as AddressInfo).port }, roundTripMs);
  const client = connect({ host: "127.0.0.1", port: proxy.port, allowHalfOpen: true });
  cleanUps.push(async () => {
    client.destroy();
    await proxy.close();
    server.close();
  });
  await once(client, "connect");
  return client;
}

/** Numbered bytes, so that a swap or a loss shows. */
function numbered(length: number): Buffer {
  const bytes = Buffer.alloc(length);
  for (let i = 0; i + 4 <= length; i += 4) bytes.writeUInt32LE(i, i);
  return bytes;
}

describe("a latency proxy", () => {
  test("hands on every byte in order, both ways, and what a side sends after the other's end", async () => {
    const [there, back] = [numbered(3_000_000), numbered(5_000_000)];
    const received: Buffer[] = [];
    const client = await connectThrough(10, (socket) => {
      socket.on("data", (bytes: Buffer) => received.push(bytes));
      // Its answer begins when the client has already ended its half.
      socket.once("end", () => socket.end(back));
    });
    const answered = buffer(client);
    for (let start = 0; start < there.length; start += 70_001) client.write(there.subarray(start, start + 70_001));
    client.end();
    expect((await answered).equals(back)).toBe(true);
    expect(Buffer.concat(received).equals(there)).toBe(true);
  });

  test("a question and its answer take the round trip, and connecting takes one more", async () => {
    const beforeConnecting = performance.now();
    const client = await connectThrough(60, (socket) => socket.on("data", (bytes: Buffer) => socket.write(bytes)));
    const ask = async (start: number): Promise<number> => {
      client.write("?");
      await once(client, "data");
      return performance.now() - start;
    };
    expect(await ask(beforeConnecting)).toBeGreaterThanOrEqual(119);
    expect(await ask(performance.now())).toBeGreaterThanOrEqual(59);
  });

  test("many questions at once take one round trip, not one each", async () => {
    const questions = 500;
    const client = await connectThrough(50, (socket) => socket.on("data", (bytes: Buffer) => socket.write(bytes)));
    let answered = 0;
    const start = performance.now();
    for (let i = 0; i < questions; i++) client.write("?");
    for await (const bytes of client) {
      answered += (bytes as Buffer).length;
      if (answered === questions) break;
    }
    // One after the other they would take 25 seconds.
    expect(performance.now() - start).toBeLessThan(12_500);
  });

  test("more than can be on its way waits for a receiver that does not read yet, and arrives", async () => {
    const parts = 120;
    const part = Buffer.alloc(1024 * 1024);
    let received = 0;
    const client = await connectThrough(2, (socket) => {
      socket.pause();
      socket.once("end", () => socket.end());
      socket.on("data", (bytes: Buffer) => (received += bytes.length));
      setTimeout(() => socket.resume(), 300);
    });
    for (let i = 0; i < parts; i++) client.write(part);
    client.end();
    client.resume();
    await once(client, "end");
    expect(received).toBe(parts * part.length);
  });

  test("a connection that breaks on the server's side breaks on the client's", async () => {
    const client = await connectThrough(5, (socket) => socket.once("data", () => socket.resetAndDestroy()));
    client.write("?");
    await expect(once(client, "close")).rejects.toThrow("ECONNRESET");
  });
});
