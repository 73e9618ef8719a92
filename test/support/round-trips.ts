import { connect, createServer } from "node:net";
import type { AddressInfo, Socket } from "node:net";
import { once } from "node:events";

/** A relay before a server that counts how often a program waited for the server before it asked on. */
export interface RoundTripCounter {
  readonly port: number;
  /** Over all connections, without the start of each. */
  roundTrips(): number;
  close(): void;
}

/** Calls back for each whole message of one direction. */
function watchMessages(socket: Socket, hasStartup: boolean, onMessage: (type: string) => void): void {
  let rest = Buffer.alloc(0);
  let isStarted = !hasStartup;
  socket.on("data", (bytes: Buffer) => {
    rest = Buffer.concat([rest, bytes]);
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (rest.length < header + 4) return;
      const length = header + rest.readUInt32BE(header);
      if (rest.length < length) return;
      onMessage(isStarted ? String.fromCharCode(rest[0] ?? 0) : "startup");
      isStarted = true;
      rest = rest.subarray(length);
    }
  });
}

/** Counts a round trip for each question that is sent when no other waits for its answer. Without TLS. */
export async function countRoundTrips(host: string, port: number): Promise<RoundTripCounter> {
  let roundTrips = 0;
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(port, host);
    // The start is answered with a ReadyForQuery, too.
    let waiting = 1;
    watchMessages(near, true, (type) => {
      if (type !== "Q" && type !== "S") return;
      if (waiting++ === 0) roundTrips++;
    });
    watchMessages(far, false, (type) => {
      if (type === "Z") waiting--;
    });
    near.pipe(far);
    far.pipe(near);
    for (const socket of [near, far]) sockets.add(socket.on("error", () => undefined));
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  return {
    port: (relay.address() as AddressInfo).port,
    roundTrips: () => roundTrips,
    close() {
      for (const socket of sockets) socket.destroy();
      relay.close();
    },
  };
}
