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

/** The program has asked all that it can without an answer when it was silent for so long. */
const QUIET_MS = 250;

/**
 * Lets no answer through before the program is silent and all that it asked is answered, and counts how often that happens: the count
 * does not depend on whether the server answers the first questions before the program has asked the last. Without TLS, and without COPY FROM STDIN.
 */
export async function countRoundTrips(host: string, port: number): Promise<RoundTripCounter> {
  let roundTrips = 0;
  const sockets = new Set<Socket>();
  const relay = createServer((near) => {
    const far = connect(port, host);
    // The start is a conversation of its own, which ends with a ReadyForQuery like an answer.
    let isStarting = true;
    let waiting = 1;
    let held: Buffer[] = [];
    let quiet: NodeJS.Timeout | undefined;
    const release = (): void => {
      for (const bytes of held) near.write(bytes);
      held = [];
    };
    const releaseWhenQuiet = (): void => {
      clearTimeout(quiet);
      if (waiting > 0 || held.length === 0) return;
      quiet = setTimeout(() => {
        roundTrips++;
        release();
      }, QUIET_MS);
    };
    watchMessages(near, true, (type) => {
      if (type === "Q" || type === "S") waiting++;
      releaseWhenQuiet();
    });
    watchMessages(far, false, (type) => {
      if (type === "Z") waiting--;
    });
    near.pipe(far);
    far.on("data", (bytes: Buffer) => {
      held.push(bytes);
      if (!isStarting) {
        releaseWhenQuiet();
        return;
      }
      release();
      isStarting = waiting > 0;
    });
    far.on("end", () => {
      clearTimeout(quiet);
      release();
      near.end();
    });
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
