import { PgstowError } from "../../core/errors.ts";
import type { ArchiveMetadata, ScriptOptions } from "../archive.ts";
import type { Entry } from "../entry.ts";

/** The part of the index that is JSON. */
export interface IndexFacts {
  readonly metadata: ArchiveMetadata;
  readonly script: ScriptOptions;
  readonly entries: readonly Entry[];
  readonly finishedAt: string;
}

const SECTIONS = ["none", "pre-data", "data", "post-data"] as const;
const DATA = ["rows", "statements", "large-objects", "none"] as const;

export function encodeIndexFacts(facts: IndexFacts): Buffer {
  const { metadata, script, entries, finishedAt } = facts;
  return Buffer.from(JSON.stringify({ metadata, script, entries, finishedAt }));
}

/** Reads what may come from anybody: every field is checked, unknown ones are left out. Throws a PgstowError `corrupt`. */
export function decodeIndexFacts(json: Buffer): IndexFacts {
  let value: unknown;
  try {
    value = JSON.parse(json.toString("utf8"));
  } catch (error) {
    throw new PgstowError("corrupt", "the index is not JSON", { cause: error });
  }
  const index = new Fields(value, "index");
  const entries = index.list("entries").map((item, at) => decodeEntry(new Fields(item, `index.entries[${at}]`)));
  const ids = new Set(entries.map((entry) => entry.dumpId));
  if (ids.size !== entries.length) throw new PgstowError("corrupt", "two entries of the index have the same id");
  return {
    metadata: decodeMetadata(index.fields("metadata")),
    script: decodeScript(index.fields("script")),
    entries,
    finishedAt: index.text("finishedAt"),
  };
}

function decodeMetadata(fields: Fields): ArchiveMetadata {
  return {
    database: fields.text("database"),
    serverVersion: fields.text("serverVersion"),
    serverVersionNum: fields.count("serverVersionNum"),
    toolVersion: fields.text("toolVersion"),
    encoding: fields.text("encoding"),
    ...(fields.flagOr("textIsBytes", false) ? { textIsBytes: true } : {}),
    standardConformingStrings: fields.flag("standardConformingStrings"),
    rowSecurity: fields.flag("rowSecurity"),
    startedAt: fields.text("startedAt"),
    options: fields.fields("options").options(),
  };
}

function decodeScript(fields: Fields): ScriptOptions {
  return {
    clean: fields.flag("clean"),
    ifExists: fields.flag("ifExists"),
    create: fields.flag("create"),
    noOwner: fields.flag("noOwner"),
    useSetSessionAuthorization: fields.flag("useSetSessionAuthorization"),
    superuser: fields.text("superuser"),
    disableTriggers: fields.flag("disableTriggers"),
    noTablespaces: fields.flag("noTablespaces"),
    noTableAccessMethod: fields.flag("noTableAccessMethod"),
    verbose: fields.flag("verbose"),
    restrictKey: fields.textOrNull("restrictKey"),
    dumpedBy: fields.text("dumpedBy"),
  };
}

function decodeEntry(fields: Fields): Entry {
  const catalogId = fields.fields("catalogId");
  return {
    dumpId: fields.count("dumpId", 1),
    kind: fields.text("kind"),
    tag: fields.text("tag"),
    schema: fields.textOrNull("schema"),
    owner: fields.text("owner"),
    section: fields.oneOf("section", SECTIONS),
    create: fields.text("create"),
    drop: fields.text("drop"),
    copy: fields.text("copy"),
    dependencies: fields.counts("dependencies"),
    catalogId: { classOid: catalogId.count("classOid"), oid: catalogId.count("oid") },
    tablespace: fields.textOrNull("tablespace"),
    tableAccessMethod: fields.textOrNull("tableAccessMethod"),
    relkind: fields.text("relkind"),
    data: fields.oneOf("data", DATA),
  };
}

/** One JSON object, read field by field. */
class Fields {
  readonly #values: Readonly<Record<string, unknown>>;
  readonly #where: string;

  constructor(value: unknown, where: string) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrong(where, "is not an object");
    this.#values = value as Record<string, unknown>;
    this.#where = where;
  }

  fields(name: string): Fields {
    return new Fields(this.#get(name), `${this.#where}.${name}`);
  }

  text(name: string): string {
    const value = this.#get(name);
    return typeof value === "string" ? value : this.#refuse(name, "is not a text");
  }

  textOrNull(name: string): string | null {
    return this.#get(name) === null ? null : this.text(name);
  }

  flag(name: string): boolean {
    const value = this.#get(name);
    return typeof value === "boolean" ? value : this.#refuse(name, "is neither true nor false");
  }

  flagOr(name: string, missing: boolean): boolean {
    return this.#get(name) === undefined ? missing : this.flag(name);
  }

  count(name: string, least = 0): number {
    const value = this.#get(name);
    return isCount(value) && value >= least ? value : this.#refuse(name, `is not a whole number from ${least} on`);
  }

  counts(name: string): number[] {
    const values = this.list(name);
    return values.every(isCount) ? values : this.#refuse(name, "holds something that is not a whole number");
  }

  list(name: string): unknown[] {
    const value = this.#get(name);
    return Array.isArray(value) ? (value as unknown[]) : this.#refuse(name, "is not a list");
  }

  oneOf<const Word extends string>(name: string, words: readonly Word[]): Word {
    const value = this.text(name);
    return words.find((word) => word === value) ?? this.#refuse(name, `is none of ${words.join(", ")}`);
  }

  options(): ArchiveMetadata["options"] {
    return Object.fromEntries(
      Object.entries(this.#values).map(([name, value]) => [name, isOption(value) ? value : this.#refuse(name, "is no option value")]),
    );
  }

  #get(name: string): unknown {
    return Object.hasOwn(this.#values, name) ? this.#values[name] : undefined;
  }

  #refuse(name: string, problem: string): never {
    throw wrong(`${this.#where}.${name}`, problem);
  }
}

function wrong(where: string, problem: string): PgstowError {
  return new PgstowError("corrupt", `${where} ${problem}`);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

function isOption(value: unknown): value is string | number | boolean | readonly string[] {
  if (Array.isArray(value)) return value.every((item) => typeof item === "string");
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean";
}
