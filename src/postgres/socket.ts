import { lookup } from "node:dns/promises";
import { connect } from "node:net";
import type { Socket } from "node:net";
import type { HostSettings } from "./hosts.ts";
import { socketPath } from "./hosts.ts";
import type { ConnectionSettings } from "./settings.ts";

/** A numeric address and port, or the path of a local socket. */
export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

/** The addresses that a host stands for, in the order in which they are tried. Rejects with Node's error when the name is unknown. */
export async function findAddresses(host: HostSettings): Promise<Address[]> {
  if (host.socketFolder) return [{ path: socketPath(host) }];
  if (host.address !== undefined) return [{ host: host.address, port: host.port }];
  const found = await lookup(host.host, { all: true });
  return found.map(({ address }) => ({ host: address, port: host.port }));
}

/** What one read of the socket takes at most. */
const READ_BYTES = 64 * 1024;

/**
 * Connects; rejects with Node's error. An abort of `signal` rejects with its reason. What comes in is read into one buffer again and
 * again: who listens to "lent" gets to see that buffer and must copy what they keep. Otherwise "data" comes with bytes of their own. Node's usual
 * way makes a buffer for each read, and then a third of the CPU that a dump takes on its main thread goes into collecting them.
 */
export function openSocket(address: Address, settings: ConnectionSettings, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const received = (bytes: number, buffer: Uint8Array): boolean => {
      const chunk = Buffer.from(buffer.buffer, buffer.byteOffset, bytes);
      if (!socket.emit("lent", chunk)) socket.emit("data", Buffer.from(chunk));
      return true;
    };
    const socket = connect({ ...address, noDelay: true, onread: { buffer: Buffer.allocUnsafeSlow(READ_BYTES), callback: received } });
    const abort = (): void => {
      socket.destroy();
      reject(signal.reason instanceof Error ? signal.reason : new Error("aborted"));
    };
    signal.addEventListener("abort", abort, { once: true });
    socket.once("error", (error) => {
      signal.removeEventListener("abort", abort);
      reject(error);
    });
    socket.once("connect", () => {
      signal.removeEventListener("abort", abort);
      socket.removeAllListeners("error");
      if (settings.keepAlive.enabled) socket.setKeepAlive(true, settings.keepAlive.idleMs);
      resolve(socket);
    });
  });
}
