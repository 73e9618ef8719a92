import { setImmediate as turn, setTimeout as sleep } from "node:timers/promises";

import { describe, expect, test } from "vitest";

import { OrderedBlocks } from "./ordered-blocks.ts";
import type { OrderedBlocksOptions } from "./ordered-blocks.ts";
import { SinkPace } from "./sink-pace.ts";

/** A file in memory; `gate` holds its writes back. */
class TestFile {
  text = "";
  gate: Promise<void> = Promise.resolve();
  startBlock(id: number): void {
    this.text += `[${id}]`;
  }
  async write(bytes: Uint8Array): Promise<void> {
    await this.gate;
    this.text += Buffer.from(bytes).toString();
  }
}

/** A block whose pieces come when a test says so. */
class TestBlock {
  readonly done: Promise<void>;
  readonly #pieces: { readonly text: string; readonly taken: () => void }[] = [];
  #ended = false;
  #wake: () => void = () => undefined;

  constructor(blocks: OrderedBlocks, id: number) {
    this.done = blocks.put(id, async (write) => {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          await write(Buffer.from(piece.text));
          piece.taken();
        } else if (this.#ended) return;
        else await new Promise<void>((resolve) => (this.#wake = resolve));
      }
    });
    this.done.catch(() => undefined);
  }

  write(text: string): Promise<void> {
    return new Promise((taken) => {
      this.#pieces.push({ text, taken });
      this.#wake();
    });
  }

  end(): Promise<void> {
    this.#ended = true;
    this.#wake();
    return this.done;
  }
}

function setUp(order: readonly number[], options: Partial<OrderedBlocksOptions> = {}) {
  const file = new TestFile();
  const blocks = new OrderedBlocks({ file, order, ...options });
  return { file, blocks, begin: (id: number) => new TestBlock(blocks, id) };
}

describe.each([["memory", {}] as const, ["a file", { spool: { memoryBytes: 0 } }] as const])("blocks that wait in %s", (_, options) => {
  test("stand in their order, whatever the order in which they come and end", async () => {
    const { file, blocks, begin } = setUp([5, 3, 9, 4], options);
    const [four, nine, five] = [begin(4), begin(9), begin(5)];
    await four.write("d1 ");
    await nine.write("c1 ");
    await five.write("a1 ");
    await four.end();
    await five.write("a2 ");
    expect(file.text).toBe("[5]a1 a2 ");
    await five.end();
    const three = begin(3);
    await three.write("b1 ");
    await nine.write("c2 ");
    await nine.end();
    expect(file.text).toBe("[5]a1 a2 [3]b1 ");
    await three.end();
    expect(file.text).toBe("[5]a1 a2 [3]b1 [9]c1 c2 [4]d1 ");
    await blocks.finish();
    await blocks.close();
  });

  test("go on straight into the file when their turn comes in the middle", async () => {
    const { file, blocks, begin } = setUp([1, 2], options);
    const [two, one] = [begin(2), begin(1)];
    await two.write("x ");
    await one.end();
    expect(file.text).toBe("[1]");
    await two.write("y ");
    expect(file.text).toBe("[1][2]x y ");
    await two.end();
    await blocks.close();
  });

  test("are written at the end where those before them never came", async () => {
    const { file, blocks, begin } = setUp([1, 2, 3], options);
    const three = begin(3);
    await three.write("z");
    await three.end();
    expect(file.text).toBe("");
    await blocks.finish();
    expect(file.text).toBe("[3]z");
    await blocks.close();
  });
});

describe("errors", () => {
  test("of the file fail the block that met them and all others", async () => {
    const { file, blocks, begin } = setUp([1, 2]);
    const [one, two] = [begin(1), begin(2)];
    await two.write("x");
    file.gate = Promise.reject(new Error("disk full"));
    file.gate.catch(() => undefined);
    void one.write("y");
    await expect(one.done).rejects.toThrow("disk full");
    void two.write("z");
    await expect(two.done).rejects.toThrow("disk full");
    await blocks.close();
  });

  test("of one block's source fail the others", async () => {
    const { blocks, begin } = setUp([1, 2]);
    const two = begin(2);
    await expect(blocks.put(1, () => Promise.reject(new Error("no rows")))).rejects.toThrow("no rows");
    void two.write("z");
    await expect(two.done).rejects.toThrow("no rows");
    await blocks.close();
  });

  test("a block that has no place, or is there already, is refused", async () => {
    const { blocks, begin } = setUp([1]);
    await expect(begin(7).done).rejects.toMatchObject({ code: "internal" });
    const one = begin(1);
    await expect(begin(1).done).rejects.toMatchObject({ code: "internal" });
    one.done.catch(() => undefined);
    await blocks.close();
  });
});

test("what runs ahead of a slow sink stops when enough waits, until its turn comes", async () => {
  let now = 0;
  const pace = new SinkPace(() => now);
  const { file, blocks, begin } = setUp([1, 2], { spool: { memoryBytes: 0 }, aheadOfSlowSink: 1 << 20, pace });
  let open = (): void => undefined;
  file.gate = new Promise((resolve) => (open = resolve));
  const [one, two] = [begin(1), begin(2)];
  void one.write("slow");
  await turn();
  const piece = "x".repeat(300_000);
  let taken = 0;
  for (let at = 0; at < 20; at++) void two.write(piece).then(() => taken++);
  void two.end().catch(() => undefined);
  // A sink that has been at one write for long, whenever somebody looks. What it holds up goes to a file, which takes the time it takes.
  const lookAgain = async (): Promise<void> => {
    now += 300;
    await sleep(5);
  };
  while (taken <= 2) await lookAgain();
  for (let at = 0; at < 40; at++) await lookAgain();
  expect(taken).toBeLessThan(8);
  open();
  await one.end();
  await two.done;
  expect(file.text.length).toBe("[1]slow[2]".length + 20 * piece.length);
  await blocks.close();
});

describe("the pace of a sink", () => {
  test("is slow when it is busy most of the time", async () => {
    let now = 0;
    const pace = new SinkPace(() => now);
    const busyFor = (ms: number) => pace.during(() => Promise.resolve(void (now += ms)));
    expect(pace.isSlow).toBe(false);
    await busyFor(900);
    now += 100;
    expect(pace.isSlow).toBe(true);
    now += 200;
    expect(pace.isSlow).toBe(true);
    now += 900;
    expect(pace.isSlow).toBe(false);
    await busyFor(500);
    now += 500;
    expect(pace.isSlow).toBe(false);
  });
});
