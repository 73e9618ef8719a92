/** Where a worker thread finds its program. */
export const workerProgram = new URL("./worker.js", import.meta.url);
