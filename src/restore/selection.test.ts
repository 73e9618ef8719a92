import { describe, expect, it } from "vitest";
import type { Entry } from "../archive/entry.ts";
import { type RestoreSelection, selectEntries } from "./selection.ts";
import { testEntry } from "../../test/support/entry.ts";

const entries: Entry[] = [
  testEntry(1, { kind: "DATABASE", tag: "shop", section: "pre-data" }),
  testEntry(2, { kind: "ACL", tag: "DATABASE shop", section: "none", dependencies: [1] }),
  testEntry(3, { kind: "SCHEMA", tag: "app" }),
  testEntry(4, { kind: "TABLE", schema: "app", tag: "t" }),
  testEntry(5, { kind: "COMMENT", schema: "app", tag: "TABLE t", section: "none", dependencies: [4] }),
  testEntry(6, { kind: "TABLE", schema: "public", tag: "t" }),
  testEntry(7, { kind: "SEQUENCE", schema: "public", tag: "s" }),
  testEntry(8, { kind: "FUNCTION", schema: "public", tag: "f()" }),
  testEntry(9, { kind: "TABLE DATA", schema: "app", tag: "t", section: "data", data: "rows", create: "", dependencies: [4] }),
  testEntry(10, { kind: "TABLE DATA", schema: "public", tag: "t", section: "data", data: "rows", create: "", dependencies: [6] }),
  testEntry(11, { kind: "SEQUENCE SET", schema: "public", tag: "s", section: "data", dependencies: [7] }),
  testEntry(12, { kind: "INDEX", schema: "public", tag: "t_i", section: "post-data", dependencies: [6] }),
  testEntry(13, { kind: "COMMENT", schema: "public", tag: "INDEX t_i", section: "none", dependencies: [12] }),
  testEntry(14, { kind: "ACL", schema: "public", tag: "TABLE t", section: "none", dependencies: [6] }),
  testEntry(15, { kind: "MATERIALIZED VIEW DATA", schema: "public", tag: "mv", section: "post-data" }),
  testEntry(16, { kind: "PUBLICATION", tag: "p", section: "post-data" }),
  testEntry(17, { kind: "COMMENT", tag: "PUBLICATION p", section: "none", dependencies: [16] }),
  testEntry(18, { kind: "BLOB METADATA", tag: "7", section: "data" }),
  testEntry(20, { kind: "TRIGGER", schema: "public", tag: "t tg", section: "post-data", dependencies: [6] }),
  testEntry(21, { kind: "STATISTICS DATA", schema: "public", tag: "t", section: "data", dependencies: [6] }),
  testEntry(19, { kind: "BLOBS", tag: "7", section: "data", data: "large-objects", create: "", dependencies: [18] }),
];

const ids = (selection: RestoreSelection) => selectEntries(entries, selection).map(({ entry }) => entry.dumpId);
const all = entries.map((entry) => entry.dumpId).filter((id) => id > 2);
const without = (...ids: number[]) => all.filter((id) => !ids.includes(id));

describe("selectEntries", () => {
  it.each<[string, RestoreSelection, number[]]>([
    ["everything but the database's own entries", {}, all],
    ["schema only: no rows, sequence values, large objects or statistics", { schemaOnly: true }, without(9, 10, 11, 18, 19, 21)],
    ["data only", { dataOnly: true }, [9, 10, 11, 18, 19]],
    ["a schema: what is in it, and comments on that", { schemas: ["app"] }, [4, 5, 9]],
    ["without a schema", { excludeSchemas: ["app"] }, without(4, 5, 9)],
    ["a table's bare name, in any schema, with its grants but not its indexes", { tables: ["t"] }, [4, 5, 6, 9, 10, 14, 21]],
    ["a table with its schema", { tables: ["public.t"] }, [6, 10, 14, 21]],
    ["a table in a schema", { schemas: ["app"], tables: ["t"] }, [4, 5, 9]],
    ["a sequence with its value", { tables: ["s"] }, [7, 11]],
    ["pre-data", { sections: ["pre-data"] }, [3, 4, 5, 6, 7, 8]],
    ["data", { sections: ["data"] }, [9, 10, 11, 18, 21, 19]],
    ["post-data, with comments and grants that follow it", { sections: ["post-data"] }, [12, 13, 14, 15, 16, 17, 20]],
    ["an index, with its comment", { indexes: ["t_i"] }, [12, 13]],
    ["a function and a table together", { functions: ["f()"], tables: ["s"] }, [7, 8, 11]],
    ["no schema: rows, values and statistics", { noSchema: true }, [9, 10, 11, 18, 21, 19]],
    ["no data", { noData: true }, without(9, 10, 11, 18, 19)],
    ["statistics only", { statisticsOnly: true }, [21]],
    ["no statistics", { noStatistics: true }, without(21)],
    ["statistics with the table that they are about", { schemas: ["public"], tables: ["t"] }, [6, 10, 14, 21]],
    ["a list, in its order", { list: [10, 6, 4, 3, 6] }, [10, 6, 4, 3]],
    ["a list, with what the options leave of it", { list: [10, 6, 4, 3], schemaOnly: true, schemas: ["public"] }, [6]],
    ["the database beside a list", { list: [8], create: true }, [1, 8]],
    ["nothing for a name that is nowhere, when that is no error", { tables: ["nowhere"], strictNames: false }, []],
    ["a trigger by its table and name", { triggers: ["t tg"] }, [20]],
    ["no privileges", { noPrivileges: true }, without(14)],
    ["no comments", { noComments: true }, without(5, 13, 17)],
    ["no publications, nor comments on them", { noPublications: true }, without(16, 17)],
    ["the database's own entries on request", { create: true }, entries.map((entry) => entry.dumpId)],
  ])("selects %s", (_, selection, expected) => {
    expect(ids(selection)).toEqual(expected);
  });

  it.each<[RestoreSelection, string]>([
    [{ indexes: ["t"] }, 'index "t" not found'],
    [{ functions: ["f"] }, 'function "f" not found'],
    [{ triggers: ["tg"] }, 'trigger "tg" not found'],
    [{ schemas: ["ap"] }, 'schema "ap" not found'],
    [{ tables: ["t_i"] }, 'table "t_i" not found'],
    [{ dataOnly: true, schemaOnly: true }, "options -s/--schema-only and -a/--data-only cannot be used together"],
  ])("refuses %j", (selection, message) => {
    expect(() => selectEntries(entries, selection)).toThrow(expect.objectContaining({ code: "usage", message }) as Error);
  });

  it("tells rows from definitions", () => {
    const halves = selectEntries(entries, { tables: ["public.t"] }).map(({ definition, data }) => [definition, data]);
    expect(halves).toEqual([
      [true, false],
      [false, true],
      [true, false],
      [true, false],
    ]);
  });
});
