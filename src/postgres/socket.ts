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

/** Connects; rejects with Node's error. An abort of `signal` rejects with its reason. */
export function openSocket(address: Address, settings: ConnectionSettings, signal: AbortSignal): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const socket = connect({ ...address, noDelay: true });
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
