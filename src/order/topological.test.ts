import { describe, expect, it } from "vitest";
import { sortTopologically } from "./topological.ts";

interface Node {
  readonly name: string;
  readonly dumpId: number;
  dependencies: Node[];
}

/** `a: b c` is node a, which needs b and c; lines are in base order. */
function graph(...lines: string[]): Node[] {
  const nodes = new Map<string, Node>(
    lines.map((line, at) => [line.split(":")[0] ?? "", { name: line.split(":")[0] ?? "", dumpId: at + 1, dependencies: [] }]),
  );
  for (const line of lines) {
    const [name = "", needs = ""] = line.split(":");
    for (const need of needs.trim().split(" ").filter(Boolean)) nodes.get(name)?.dependencies.push(nodes.get(need) as Node);
  }
  return [...nodes.values()];
}

function sorted(...lines: string[]): string {
  return sortTopologically(graph(...lines))
    .sorted.map((node) => node.name)
    .join(" ");
}

describe("the topological sort", () => {
  it("keeps the base order where nothing is needed", () => {
    expect(sorted("a:", "b:", "c:")).toBe("a b c");
  });

  it("pulls what is needed forward to directly before its first user", () => {
    expect(sorted("g: z2", "m:", "z1:", "z2:", "a1: z1")).toBe("z2 g m z1 a1");
    expect(sorted("a: y x", "b:", "x:", "y:")).toBe("x y a b");
  });

  it("follows chains and diamonds", () => {
    expect(sorted("a: c", "b: d", "c: e", "d: e", "e:")).toBe("e c a d b");
  });

  it("counts duplicates", () => {
    expect(sorted("v: t t t", "t:")).toBe("t v");
  });

  it("reports the members of loops and what they need", () => {
    const nodes = graph("a: b", "b: a", "c:", "d: c");
    const { leftovers } = sortTopologically(nodes);
    expect(leftovers.map((node) => node.name)).toEqual(["a", "b"]);
  });

  it("takes what is not among the nodes for what it needs itself", () => {
    const nodes = graph("a: gone", "b:", "gone: away", "away: c", "c:");
    const kept = nodes.filter(({ name }) => name.length === 1);
    expect(sortTopologically(kept).sorted.map((node) => node.name)).toEqual(["c", "a", "b"]);
  });

  it("sorts many nodes without recursion", () => {
    const nodes: Node[] = Array.from({ length: 50_000 }, (_, at) => ({ name: String(at), dumpId: at + 1, dependencies: [] }));
    nodes.forEach((node, at) => {
      const next = nodes[at + 1];
      if (next !== undefined) node.dependencies.push(next);
    });
    expect(sortTopologically(nodes).sorted[0]?.name).toBe("49999");
  });
});
