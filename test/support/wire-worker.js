import { connect } from "node:net";
import { workerData } from "node:worker_threads";

/**
 * Speaks to a PostgreSQL server for a thread that must not await: gets bytes to send, sends them, collects the answer up to the point
 * where the server waits for more, posts it, and wakes the other thread.
 */
const { port, wake, host, tcpPort } = workerData;
const flag = new Int32Array(wake);
const socket = connect({ host, port: tcpPort });
let answer = [];
let rest = Buffer.alloc(0);
let failure = "";

function reply() {
  port.postMessage({ bytes: Buffer.concat(answer), failure });
  answer = [];
  Atomics.store(flag, 0, 1);
  Atomics.notify(flag, 0);
}

socket.on("data", (bytes) => {
  answer.push(bytes);
  rest = Buffer.concat([rest, bytes]);
  while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
    const type = String.fromCharCode(rest[0]);
    const isAuthenticationRequest = type === "R" && rest.readUInt32BE(5) !== 0;
    rest = rest.subarray(1 + rest.readUInt32BE(1));
    if (isAuthenticationRequest) failure = "the server wants a password";
    if (type === "Z" || isAuthenticationRequest) reply();
  }
});
socket.on("error", (error) => {
  failure = error.message;
});
socket.on("close", reply);
port.on("message", (bytes) => socket.write(bytes));
