import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { MissingServer } from "./binaries.ts";
import { isMajor } from "./majors.ts";
import { openServerPool } from "./server-pool.ts";

/**
 * Runs once, in vitest's own process: owns the servers, and tells the processes that tests run in where they are. A server starts when
 * a test first asks for it, and all end with the run.
 */
export async function setup(): Promise<() => Promise<void>> {
  const pool = await openServerPool();
  const broker = createServer((request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body));
    const major = Number(request.url?.slice(1));
    if (!isMajor(major)) {
      answer(400, { message: `no such major: ${request.url ?? ""}` });
      return;
    }
    pool.get(major).then(
      (address) => answer(200, address),
      (error: unknown) =>
        answer(error instanceof MissingServer ? 404 : 500, { message: error instanceof Error ? error.message : String(error) }),
    );
  });
  broker.listen(0, "127.0.0.1");
  await once(broker, "listening");
  process.env["PGSTOW_TEST_BROKER"] = `http://127.0.0.1:${String((broker.address() as AddressInfo).port)}`;
  return async () => {
    broker.close();
    broker.closeAllConnections();
    await pool.stop();
  };
}
