import { describe, expect, it } from "vitest";
import { resolveSelection } from "./resolve-selection.ts";
import type { SelectionPatterns, SelectionSwitches } from "./resolve-selection.ts";

describe("the queries that look patterns up", () => {
  async function queriesOf(...list: string[]): Promise<string[]> {
    const sent: string[] = [];
    const reader = {
      major: 18,
      query: <Row>(sql: string) => {
        sent.push(sql);
        return Promise.resolve([{ oid: 1 }] as Row[]);
      },
    };
    const names = ["schemas", "excludedSchemas", "tables", "tablesAndChildren", "excludedTables", "excludedTablesAndChildren"];
    const others = ["excludedTableData", "excludedTableDataAndChildren", "extensions", "excludedExtensions", "foreignServers"];
    const patterns = Object.fromEntries([...names, ...others].map((name) => [name, list]));
    await resolveSelection(
      reader,
      { ...patterns, strictNames: true, database: "d" } as unknown as SelectionPatterns,
      {} as SelectionSwitches,
    );
    return sent.slice(1, -1);
  }

  it("name every operator in full: the search path is the role's, and may lead through schemas that others write to", async () => {
    const queries = await queriesOf("a*");
    expect(queries).toHaveLength(11);
    for (const query of queries) {
      const bare = query.replaceAll(/OPERATOR\(pg_catalog\.[=~]\)|'[^']*'/g, "");
      expect(bare).not.toMatch(/[=~<>]|\bIN\b|\bLIKE\b/);
    }
  });

  it("mean the same whatever standard_conforming_strings is", async () => {
    for (const query of await queriesOf("a$b")) expect(query).toContain("E'^(a\\\\$b)$'");
  });
});
