import { once } from "node:events";
import type { AddressInfo, Socket } from "node:net";
import { connect, createServer } from "node:net";

export interface HoldingProxy {
  /** The same URL by way of the proxy. */
  url(direct: string): string;
  close(): Promise<void>;
}

/**
 * A TCP proxy that waits for `action`, once, before it hands on the first bytes from the client that have `marker` in them, and whatever
 * follows. An action that fails breaks the connection.
 */
export async function openHoldingProxy(
  target: { readonly host: string; readonly port: number },
  marker: string,
  action: () => Promise<void>,
): Promise<HoldingProxy> {
  const open = new Set<Socket>();
  let isDone = false;
  const server = createServer((near) => {
    const far = connect(target);
    for (const socket of [near, far]) {
      open.add(socket);
      socket.on("error", () => undefined);
      socket.once("close", () => open.delete(socket));
    }
    far.pipe(near);
    let tail = "";
    let handed = Promise.resolve();
    near.on("data", (chunk: Buffer) => {
      const text = tail + chunk.toString("latin1");
      tail = text.slice(-marker.length);
      handed = handed.then(async () => {
        if (!isDone && text.includes(marker)) {
          isDone = true;
          await action();
        }
        far.write(chunk);
      });
      handed.catch(() => near.destroy());
    });
    near.once("end", () => void handed.finally(() => far.end()).catch(() => undefined));
    near.once("close", () => far.destroy());
    far.once("close", () => near.destroy());
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url(direct) {
      const result = new URL(direct);
      result.hostname = "127.0.0.1";
      result.port = String(port);
      result.searchParams.set("sslmode", "disable");
      return result.href;
    },
    async close() {
      for (const socket of open) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}
