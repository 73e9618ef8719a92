import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";

/** A connection to a server whose every exchange blocks this thread: what WebAssembly programs that call out for input need. */
export interface BlockingWire {
  /** Sends frontend messages, whole or in pieces, and gives what the server answered as soon as a message asked for an answer. */
  exchange(bytes: Uint8Array): Uint8Array;
  close(): Promise<void>;
}

const answerTimeoutMs = 120_000;

export function openBlockingWire(host: string, tcpPort: number): BlockingWire {
  const wake = new SharedArrayBuffer(4);
  const flag = new Int32Array(wake);
  const { port1: port, port2 } = new MessageChannel();
  const worker = new Worker(new URL("./wire-worker.js", import.meta.url), {
    workerData: { port: port2, wake, host, tcpPort },
    transferList: [port2],
  });
  let isStarted = false;
  let pending = Buffer.alloc(0);

  /** Whether the messages completed so far end in one that the server answers with ReadyForQuery. */
  const wantsAnswer = (): boolean => {
    let wants = false;
    for (;;) {
      const header = isStarted ? 1 : 0;
      if (pending.length < header + 4) break;
      const length = header + pending.readUInt32BE(header);
      if (pending.length < length) break;
      wants ||= !isStarted || "QSF".includes(String.fromCharCode(pending[0] ?? 0));
      isStarted = true;
      pending = pending.subarray(length);
    }
    return wants;
  };

  return {
    exchange(bytes) {
      // The caller's memory is its own, and may be gone when the worker looks.
      const copy = Uint8Array.from(bytes);
      pending = Buffer.concat([pending, copy]);
      Atomics.store(flag, 0, 0);
      const waits = wantsAnswer();
      port.postMessage(copy);
      if (!waits) return new Uint8Array();
      // The notification of the answer before may come late and wake this wait, so the flag decides.
      while (Atomics.load(flag, 0) === 0) {
        if (Atomics.wait(flag, 0, 0, answerTimeoutMs) === "timed-out") throw new Error(`no answer from ${host}:${String(tcpPort)}`);
      }
      const { bytes: answer, failure } = receiveMessageOnPort(port)?.message as { bytes: Uint8Array; failure: string };
      if (failure !== "") throw new Error(`${host}:${String(tcpPort)}: ${failure}`);
      return answer;
    },
    async close() {
      port.close();
      await worker.terminate();
    },
  };
}
