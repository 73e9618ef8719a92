import { describe, expect, test } from "vitest";
import type { Command, Cost } from "./measure.ts";
import type { Contender } from "./trial.ts";
import { ProgramMissing, takeTurns } from "./trial.ts";

const contender = (name: string, rest: Partial<Contender> = {}): Contender => ({
  name,
  ours: name === "ours",
  command: () => ({ pipeline: [[name]] }),
  ...rest,
});

/** Runs no program; keeps who ran, and fails for those named. */
async function run(contenders: readonly Contender[], together: readonly (readonly string[])[], failing: readonly string[] = []) {
  const ran: string[] = [];
  const measure = ({ pipeline }: Command): Promise<Cost> => {
    const name = pipeline[0]?.[0] ?? "";
    ran.push(name);
    if (failing.includes(name)) return Promise.reject(new Error(`${name} crashed`));
    return Promise.resolve({ wallSeconds: ran.length, cpuSeconds: 1, peakBytes: 1 });
  };
  const results = await takeTurns({ contenders, together, rounds: 3, measure, onStep: () => undefined });
  return { ran, results };
}

describe("takeTurns", () => {
  test("lets all run once before anybody runs again, and keeps every round", async () => {
    const { ran, results } = await run([contender("ours"), contender("rival")], [["ours", "rival"]]);
    expect(ran).toEqual(["ours", "rival", "ours", "rival", "ours", "rival"]);
    expect(results.map(({ contender: name, rounds }) => [name, rounds.map((cost) => cost.wallSeconds)])).toEqual([
      ["ours", [1, 3, 5]],
      ["rival", [2, 4, 6]],
    ]);
  });

  test("one that fails is out, with those that only count beside it; the others go on", async () => {
    const contenders = [contender("broken"), contender("only for broken"), contender("ours"), contender("rival")];
    const { ran, results } = await run(
      contenders,
      [
        ["broken", "only for broken"],
        ["broken", "ours"],
        ["ours", "rival"],
      ],
      ["broken"],
    );
    expect(ran).toEqual(["broken", "ours", "rival", "ours", "rival", "ours", "rival"]);
    expect(results[0]).toMatchObject({ contender: "broken", rounds: [], failure: { message: "broken crashed", skipped: false } });
  });

  test("nobody runs beside a program that this machine does not have", async () => {
    const absent = contender("rival", {
      command: () => {
        throw new ProgramMissing("no zstd here", { optional: true });
      },
    });
    const { ran, results } = await run([contender("ours"), absent], [["ours", "rival"]]);
    expect(ran).toEqual([]);
    expect(results).toMatchObject([{ contender: "rival", failure: { message: "no zstd here", skipped: true } }]);
  });

  test("who is in no wanted group does not run", async () => {
    const { ran } = await run([contender("ours"), contender("rival"), contender("other")], [["ours", "rival"]]);
    expect(ran).not.toContain("other");
  });

  test("a result that is wrong is a failure, after a run or at the end", async () => {
    const wrong = (when: "after" | "check") => contender("ours", { [when]: () => Promise.reject(new Error(`wrong ${when}`)) });
    const after = await run([wrong("after"), contender("rival")], [["ours", "rival"]]);
    expect(after.ran).toEqual(["ours"]);
    expect(after.results[0]?.failure?.message).toBe("wrong after");
    const check = await run([wrong("check"), contender("rival")], [["ours", "rival"]]);
    expect(check.results[0]?.failure?.message).toBe("wrong check");
  });
});
