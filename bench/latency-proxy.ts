import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";
import { performance } from "node:perf_hooks";

/** A link of its own between a program and a server. */
export interface LatencyProxy {
  /** On 127.0.0.1. */
  readonly port: number;
  /** The same URL by way of the proxy. */
  url(direct: string): string;
  close(): Promise<void>;
}

/** What may be on its way in one direction before the sender has to wait; far more than a program sends in one round trip. */
const BYTES_ON_THE_WAY_MAX = 64 * 1024 * 1024;

/**
 * A TCP proxy as a far-away server is: each direction takes half the round trip, but as much can be on its way as anybody sends. So it
 * costs those who wait, not those who send.
 */
export async function openLatencyProxy(
  target: { readonly host: string; readonly port: number },
  roundTripMs: number,
): Promise<LatencyProxy> {
  const open = new Set<Socket>();
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ ...target, noDelay: true });
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => open.delete(socket));
    }
    pass(near, far, roundTripMs / 2);
    pass(far, near, roundTripMs / 2);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url(direct) {
      const result = new URL(direct);
      result.hostname = "127.0.0.1";
      result.port = String(port);
      return result.href;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Hands on what comes from one side, and its end, each so much later. */
function pass(from: Socket, to: Socket, delayMs: number): void {
  const onTheWay: { readonly due: number; readonly chunk: Buffer | null }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const deliver = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let next = onTheWay[0]; next !== undefined && next.due <= now; next = onTheWay[0]) {
      onTheWay.shift();
      if (next.chunk === null) to.end();
      else {
        bytes -= next.chunk.length;
        to.write(next.chunk);
      }
    }
    if (bytes < BYTES_ON_THE_WAY_MAX) from.resume();
    schedule();
  };
  const schedule = (): void => {
    const next = onTheWay[0];
    // A timer counts whole milliseconds and may come a little early.
    if (next !== undefined) timer ??= setTimeout(deliver, Math.max(1, Math.ceil(next.due - performance.now())));
  };
  from.on("data", (chunk: Buffer) => {
    onTheWay.push({ due: performance.now() + delayMs, chunk });
    bytes += chunk.length;
    if (bytes >= BYTES_ON_THE_WAY_MAX) from.pause();
    schedule();
  });
  from.once("end", () => {
    onTheWay.push({ due: performance.now() + delayMs, chunk: null });
    schedule();
  });
  // A connection that broke on one side is broken on the other, at once.
  from.once("close", (hadError) => {
    if (hadError) to.destroy();
  });
}
