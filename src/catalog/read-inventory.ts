import type { Diagnostic, DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { applyDependencies } from "../facets/dependency.ts";
import { roleRead } from "../facets/role.ts";
import { Inventory } from "../objects/inventory.ts";
import type { CatalogRead, KindName, ObjectKind, ReadContext } from "../objects/kind.ts";
import { facetReads, registry } from "../objects/registry.ts";
import { lockableRead } from "../objects/relation/relation.ts";
import type { Selection } from "../objects/selection.ts";
import { stillThere } from "./still-there.ts";
import { unmodelledReads } from "./unmodelled.ts";

/** The part of a catalog session that reading needs: queries started together go out together. */
export interface CatalogReader {
  readonly major: number;
  query<Row>(sql: string): Promise<Row[]>;
  /** The rows in parts, each before those of later queries. */
  queryInParts<Row>(sql: string, atOnceMax: number, take: (rows: Row[]) => void): Promise<void>;
}

const kinds: readonly ObjectKind[] = Object.values(registry);
const allReads: readonly CatalogRead[] = [
  ...facetReads.first,
  ...kinds.flatMap((kind) => kind.reads ?? []),
  ...facetReads.last,
  stillThere,
];

/** Kinds that decide which tables are locked. */
const LOCKING_KINDS: readonly KindName[] = ["extension", "schema", "relation"];

/**
 * Sends the queries of a phase together and takes their answers in order, as they come: so the server works on the next query meanwhile,
 * and rows are let go as they are understood.
 */
async function runPhase(
  reader: CatalogReader,
  context: ReadContext,
  phase: CatalogRead["phase"],
  reads: readonly CatalogRead[],
): Promise<void> {
  const asked = reads.filter((read) => read.phase === phase).map((read) => ({ read, answer: ask(reader, read, context) }));
  // Whoever awaits an earlier answer may throw first; a later one's error is then nobody's.
  for (const { answer } of asked) answer.catch(() => undefined);
  for (const { read, answer } of asked) {
    await answer.catch((error: unknown) => {
      throw explain(error, read, context.inventory);
    });
  }
}

/** Rows of a read that takes them by itself: few enough to be young when they are let go, enough for the call not to matter. */
const ROWS_AT_ONCE = 200;

async function ask(reader: CatalogReader, read: CatalogRead, context: ReadContext): Promise<void> {
  const queries = [read.query(context) ?? []].flat();
  if (read.rowByRow === true) {
    await Promise.all(queries.map((sql) => reader.queryInParts(sql, ROWS_AT_ONCE, (rows) => read.read(rows, context))));
    return;
  }
  const all: unknown[] = [];
  let parts = queries.length;
  const takePart = (rows: unknown[]): void => {
    for (const row of rows) all.push(row);
    if (--parts === 0) read.read(all, context);
  };
  await Promise.all(queries.map((sql) => reader.queryInParts(sql, Infinity, takePart)));
}

/** Deparse functions fail in their own way when somebody drops what they describe. */
function explain(error: unknown, read: CatalogRead, inventory: Inventory): unknown {
  if (!(error instanceof PgstowError) || error.code !== "server") return error;
  if (error.context.sqlstate === "XX000") {
    return new PgstowError("concurrent-change", `reading ${read.name}: ${withName(error.message, inventory)}`, {
      cause: error,
      context: error.context,
      hint: "A schema change was running at the same time, or the catalogs are damaged; dump again when no schema change runs.",
    });
  }
  if (error.context.sqlstate === "42501") {
    return new PgstowError("privilege", `reading ${read.name}: ${error.message}`, { cause: error, context: error.context });
  }
  return new PgstowError("server", `reading ${read.name}: ${error.message}`, { cause: error, context: error.context });
}

/** Internal errors of the server know a relation's OID only. */
function withName(message: string, inventory: Inventory): string {
  const relation = inventory.relation(Number(/\b(?:OID|relation|relid) (\d+)\b/.exec(message)?.[1] ?? 0));
  return relation === undefined ? message : `${message} (${relation.schema?.name ?? ""}.${relation.name})`;
}

function select(context: ReadContext, names: readonly KindName[]): void {
  for (const name of names) {
    const kind: ObjectKind = registry[name];
    for (const object of context.inventory.ofKind(name)) {
      if (kind.select !== undefined) object.wanted = kind.select(object, context);
    }
    kind.finishSelection?.(context);
  }
}

/** The little that decides which tables are wanted, read in one batch. */
export async function readRelations(reader: CatalogReader, selection: Selection): Promise<Inventory> {
  const context: ReadContext = { major: reader.major, selection, inventory: new Inventory(), onDiagnostic: () => undefined };
  const reads = [roleRead, ...(registry.extension.reads ?? []), ...(registry.schema.reads ?? []), lockableRead];
  await runPhase(reader, context, "inventory", reads);
  select(context, LOCKING_KINDS);
  return context.inventory;
}

/** What was read of a database, and what is still to be said of it. */
export interface InventoryRead {
  readonly inventory: Inventory;
  /** What the database has and no kind models: the server looks for it while the rest of the dump is prepared. */
  readonly unmodelled: Promise<readonly Diagnostic[]>;
}

/**
 * Reads everything of the database that a dump needs, in two batches of queries: what exists, then the details of what is wanted.
 * `beforeDetails` sees the inventory with its selection in between, when nothing that needs locks was read yet.
 */
export async function readInventory(
  reader: CatalogReader,
  selection: Selection,
  onDiagnostic: DiagnosticSink,
  beforeDetails: (inventory: Inventory) => void = () => undefined,
): Promise<InventoryRead> {
  const context: ReadContext = { major: reader.major, selection, inventory: new Inventory(), onDiagnostic };
  const names = Object.keys(registry) as KindName[];
  const found = runPhase(reader, context, "inventory", allReads);
  const dependencies = runPhase(reader, context, "dependencies", allReads);
  // Nobody asks for what comes later when something before it fails.
  dependencies.catch(() => undefined);
  await found;
  select(context, names);
  beforeDetails(context.inventory);
  const details = runPhase(reader, context, "details", allReads);
  const unmodelled = findUnmodelled(reader, context);
  details.catch(() => undefined);
  unmodelled.catch(() => undefined);
  await dependencies;
  await details;
  for (const kind of kinds) kind.derive?.(context);
  applyDependencies(context);
  for (const kind of kinds) kind.link?.(context);
  return { inventory: context.inventory, unmodelled };
}

async function findUnmodelled(reader: CatalogReader, context: ReadContext): Promise<readonly Diagnostic[]> {
  const found: Diagnostic[] = [];
  await runPhase(reader, { ...context, onDiagnostic: (diagnostic) => found.push(diagnostic) }, "details", unmodelledReads);
  return found;
}
