import { describe, expect, it } from "vitest";
import { testEntry } from "../../test/support/entry.ts";
import { PgstowError } from "../core/errors.ts";
import { StatementQueue } from "./statement-queue.ts";

describe("StatementQueue", () => {
  it("takes the first statement that was refused for the failure, whichever answer is heard of first", async () => {
    const queue = new StatementQueue({
      waits: false,
      onError: "stop",
      room: () => Promise.resolve(),
      onFailure: () => undefined,
      onHead: () => undefined,
    });
    const first = deferred();
    const refused = (message: string) => new PgstowError("server", message);
    await queue.add({ entry: testEntry(1, {}), command: "COPY", answer: first.promise });
    await queue.add({ entry: testEntry(2, {}), command: "ALTER", answer: Promise.reject(refused("transaction is aborted")) });
    first.reject(refused("bad row"));
    await queue.settle();
    expect(queue.failure).toMatchObject({ entry: { dumpId: 1 }, error: { message: "bad row" } });
  });
});

function deferred(): { readonly promise: Promise<void>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => undefined;
  const promise = new Promise<void>((_, refuse) => (reject = refuse));
  return { promise, reject };
}
