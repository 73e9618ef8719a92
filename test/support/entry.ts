import type { Entry } from "../../src/archive/entry.ts";

/** An entry for tests: a table of schema-less tag "x", but for what is given. */
export function testEntry(dumpId: number, given: Partial<Entry>): Entry {
  return {
    dumpId,
    kind: "TABLE",
    tag: "x",
    schema: null,
    owner: "",
    section: "pre-data",
    create: `-- create ${String(dumpId)}\nSELECT ${String(dumpId)};\n`,
    drop: "",
    copy: "",
    dependencies: [],
    catalogId: { classOid: 0, oid: 0 },
    tablespace: null,
    tableAccessMethod: null,
    relkind: "",
    data: "none",
    ...given,
  };
}
