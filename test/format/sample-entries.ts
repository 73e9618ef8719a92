import type { Entry, Section } from "../../src/archive/entry.ts";

/** A script of the real pg_dump, taken apart again: what its entries must have been, and their rows. */
export interface SampleScript {
  readonly serverVersion: string;
  readonly dumpedBy: string;
  readonly entries: Entry[];
  /** Rows by dumpId. */
  readonly rows: Map<number, Buffer>;
}

const HEADER = /^--\n-- (?:Data for |Statistics for )?Name: (.*); Type: (.*); Schema: (.*); Owner: (.*?)(?:; Tablespace: (.*))?\n--\n\n/gm;
const SETTINGS = /(?:SET default_tablespace = .*;\n\n)?(?:SET default_table_access_method = .*;\n\n)?$/;
const SIGNATURE_KINDS = ["AGGREGATE", "FUNCTION", "OPERATOR", "OPERATOR CLASS", "OPERATOR FAMILY", "PROCEDURE"];

/** Takes a schema dump and table data apart; knows only what the sample databases hold. */
export function parseScript(text: string): SampleScript {
  const headers = [...text.matchAll(HEADER)];
  const end = text.lastIndexOf("--\n-- PostgreSQL database dump complete\n");
  const rows = new Map<number, Buffer>();
  const entries = headers.map((match, index) => {
    const [whole, tag = "", kind = "", schema = "", owner = "", tablespace = ""] = match;
    const from = match.index + whole.length;
    const to = headers[index + 1]?.index ?? end;
    const dumpId = index + 1;
    const body = text.slice(from, to).replace(SETTINGS, "");
    const base: Entry = {
      dumpId,
      kind,
      tag,
      schema: schema === "-" ? null : schema,
      owner: owner === "-" ? "" : owner,
      section: sectionOf(kind),
      create: "",
      drop: "",
      copy: "",
      dependencies: [],
      catalogId: { classOid: 0, oid: 0 },
      tablespace: wantsTablespace(kind, body) ? tablespace : null,
      tableAccessMethod: null,
      relkind: "",
      data: "none",
    };
    if (kind === "TABLE DATA") {
      const copyEnd = body.indexOf("\n", body.search(/^COPY /m)) + 1;
      rows.set(dumpId, Buffer.from(body.slice(copyEnd, body.lastIndexOf("\\.\n")), "utf8"));
      return { ...base, copy: body.slice(0, copyEnd), data: "rows" as const };
    }
    return { ...base, ...relationFacts(kind, body), ...definition(kind, body) };
  });
  return {
    serverVersion: /^-- Dumped from database version (.*)$/m.exec(text)?.[1] ?? "",
    dumpedBy: /^-- Dumped by pg_dump version (.*)$/m.exec(text)?.[1] ?? "",
    entries,
    rows,
  };
}

function definition(kind: string, body: string): Pick<Entry, "create" | "drop"> {
  const text = body.slice(0, -2);
  const match = kind === "ACL" ? null : /(?:^|\n\n)(ALTER [^\n]* OWNER TO [^\n]*;)$/.exec(text);
  const ownerLine = match?.[1];
  if (match === null || ownerLine === undefined) return { create: text, drop: "" };
  const thing = ownerLine.replace(/^ALTER /, "").replace(/ OWNER TO [^\n]*;$/, "");
  return { create: text.slice(0, match.index), drop: SIGNATURE_KINDS.includes(kind) ? `DROP ${thing};\n` : "DROP what;\n" };
}

function relationFacts(kind: string, body: string): Partial<Entry> {
  if (kind === "MATERIALIZED VIEW") return { tableAccessMethod: "heap", relkind: "m" };
  if (kind !== "TABLE") return {};
  return /^\)?\n?PARTITION BY /m.test(body) ? { relkind: "p" } : { tableAccessMethod: "heap", relkind: "r" };
}

function wantsTablespace(kind: string, body: string): boolean {
  if (kind === "CONSTRAINT") return / (PRIMARY KEY|UNIQUE|EXCLUDE)\b/.test(body);
  return ["TABLE", "MATERIALIZED VIEW", "INDEX"].includes(kind);
}

function sectionOf(kind: string): Section {
  if (["TABLE DATA", "SEQUENCE SET", "BLOBS"].includes(kind)) return "data";
  if (["COMMENT", "ACL", "SECURITY LABEL"].includes(kind)) return "none";
  return ["INDEX", "CONSTRAINT", "FK CONSTRAINT", "TRIGGER", "RULE", "POLICY"].includes(kind) ? "post-data" : "pre-data";
}
