import type { Entry } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";
import type { RestoreSelection } from "./selection.ts";

/** Kinds that --table speaks of. */
const relationKinds: ReadonlySet<string> = new Set([
  "TABLE",
  "TABLE DATA",
  "VIEW",
  "FOREIGN TABLE",
  "MATERIALIZED VIEW",
  "MATERIALIZED VIEW DATA",
  "SEQUENCE",
  "SEQUENCE SET",
]);
const routineKinds: ReadonlySet<string> = new Set(["FUNCTION", "AGGREGATE", "PROCEDURE"]);
/** Relations whose statistics go with them. */
const relationsWithStatistics: ReadonlySet<string> = new Set(["TABLE", "VIEW", "FOREIGN TABLE", "MATERIALIZED VIEW"]);

type Switch = "schema" | "table" | "index" | "function" | "trigger";
/** In which pg_restore looks for names that were of no use. */
const switches: readonly Switch[] = ["schema", "table", "index", "function", "trigger"];

/** Chooses entries by the names of --schema, --table and their kin, and remembers which names were of use. */
export class NameFilter {
  readonly #names: Readonly<Record<Switch, readonly string[]>>;
  readonly #excluded: readonly string[];
  readonly #byId: ReadonlyMap<number, Entry>;
  readonly #used = new Set<string>();

  constructor(selection: RestoreSelection, byId: ReadonlyMap<number, Entry>) {
    const { schemas = [], tables = [], indexes = [], functions = [], triggers = [], excludeSchemas = [] } = selection;
    this.#names = { schema: schemas, table: tables, index: indexes, function: functions, trigger: triggers };
    this.#excluded = excludeSchemas;
    this.#byId = byId;
  }

  /** Whether any name was given at all. */
  get choosesAnything(): boolean {
    return this.#excluded.length > 0 || switches.some((one) => this.#names[one].length > 0);
  }

  wants(entry: Entry): boolean {
    if (this.#names.schema.length > 0 && !this.#matches("schema", (name) => entry.schema === name)) return false;
    if (entry.schema !== null && this.#excluded.includes(entry.schema)) return false;
    if (switches.slice(1).every((one) => this.#names[one].length === 0)) return true;
    if (entry.kind === "STATISTICS DATA") return entry.dependencies.some((id) => this.#wantsStatisticsOf(this.#byId.get(id)));
    if (relationKinds.has(entry.kind)) return this.#matches("table", (name) => isNamedByTable(entry, name));
    if (entry.kind === "INDEX") return this.#matches("index", (name) => entry.tag === name);
    if (routineKinds.has(entry.kind)) return this.#matches("function", (name) => entry.tag === name);
    if (entry.kind === "TRIGGER") return this.#matches("trigger", (name) => entry.tag === name);
    return false;
  }

  /** Throws a PgstowError `usage` for the first name that chose nothing. */
  checkAllUsed(): void {
    for (const one of switches) {
      for (const name of this.#names[one]) {
        if (this.#used.has(`${one} ${name}`) || this.#isEmptySchema(one, name)) continue;
        throw new PgstowError("usage", `${one} "${name}" not found`, { hint: nearHint });
      }
    }
  }

  #matches(one: Switch, matches: (name: string) => boolean): boolean {
    let found = false;
    for (const name of this.#names[one]) {
      if (!matches(name)) continue;
      this.#used.add(`${one} ${name}`);
      found = true;
    }
    return found;
  }

  #wantsStatisticsOf(relation: Entry | undefined): boolean {
    if (relation === undefined) return false;
    if (relationsWithStatistics.has(relation.kind)) return this.#matches("table", (name) => isNamedByTable(relation, name));
    return relation.kind === "INDEX" && this.#matches("index", (name) => relation.tag === name);
  }

  /** Nothing lives in it, but it is there. */
  #isEmptySchema(one: Switch, name: string): boolean {
    return one === "schema" && [...this.#byId.values()].some(({ kind, tag }) => kind === "SCHEMA" && tag === name);
  }
}

const nearHint = "Names are compared exactly, without patterns; `pgstow list` shows what the archive holds.";

/** By its bare name, or with its schema in front. */
export function isNamedByTable(entry: Pick<Entry, "schema" | "tag">, name: string): boolean {
  return entry.tag === name || (entry.schema !== null && `${entry.schema}.${entry.tag}` === name);
}
