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
 * A TCP proxy as a far-away server is: connecting takes a round trip, each direction takes half of one, but as much can be on its way as
 * anybody sends. So it costs those who wait, not those who send.
 */
export async function openLatencyProxy(
  target: { readonly host: string; readonly port: number },
  roundTripMs: number,
): Promise<LatencyProxy> {
  const open = new Set<Socket>();
  const track = (socket: Socket): void => {
    open.add(socket);
    socket.on("error", () => undefined);
    socket.once("close", () => open.delete(socket));
  };
  // Half open, for what one side has sent before its end still has to arrive.
  const server = createServer({ noDelay: true, allowHalfOpen: true }, (near) => {
    const far = connect({ ...target, noDelay: true, allowHalfOpen: true });
    const connectedAt = performance.now() + roundTripMs;
    track(near);
    track(far);
    pass(near, far, { delayMs: roundTripMs / 2, notBefore: connectedAt });
    pass(far, near, { delayMs: roundTripMs / 2, notBefore: connectedAt });
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

interface Way {
  readonly delayMs: number;
  /** What comes before this moment counts as sent at it. */
  readonly notBefore: number;
}

/** Hands on what comes from one side, and its end, each so much later. */
function pass(from: Socket, to: Socket, { delayMs, notBefore }: Way): void {
  const onTheWay: { readonly due: number; readonly chunk: Buffer | null }[] = [];
  let bytes = 0;
  let timer: NodeJS.Timeout | undefined;
  const send = (chunk: Buffer | null): void => {
    onTheWay.push({ due: Math.max(performance.now(), notBefore) + delayMs, chunk });
    schedule();
  };
  const schedule = (): void => {
    const next = onTheWay[0];
    // A timer counts whole milliseconds.
    if (next !== undefined) timer ??= setTimeout(deliver, Math.max(1, Math.ceil(next.due - performance.now())));
  };
  const deliver = (): void => {
    timer = undefined;
    const now = performance.now();
    for (let next = onTheWay[0]; next !== undefined && next.due <= now; next = onTheWay[0]) {
      onTheWay.shift();
      if (next.chunk === null) to.end();
      else arrive(next.chunk);
    }
    schedule();
  };
  const arrive = (chunk: Buffer): void => {
    to.write(chunk, () => {
      bytes -= chunk.length;
      if (bytes < BYTES_ON_THE_WAY_MAX) from.resume();
    });
  };
  from.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes >= BYTES_ON_THE_WAY_MAX) from.pause();
    send(chunk);
  });
  from.once("end", () => send(null));
  // A connection that broke on one side is broken on the other, at once.
  from.once("close", (hadError) => {
    if (hadError) to.resetAndDestroy();
  });
}
