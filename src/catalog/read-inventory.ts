import type { DiagnosticSink } from "../core/diagnostics.ts";
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
}

const kinds: readonly ObjectKind[] = Object.values(registry);
const allReads: readonly CatalogRead[] = [
  ...facetReads.first,
  ...kinds.flatMap((kind) => kind.reads ?? []),
  ...facetReads.last,
  ...unmodelledReads,
  stillThere,
];

/** Kinds that decide which tables are locked. */
const LOCKING_KINDS: readonly KindName[] = ["extension", "schema", "relation"];

/**
 * Sends the queries of a phase together and takes their answers in order, each as soon as it is there: so the server works on the next
 * query meanwhile, and rows are let go as they are understood.
 */
async function runPhase(
  reader: CatalogReader,
  context: ReadContext,
  phase: CatalogRead["phase"],
  reads: readonly CatalogRead[],
): Promise<void> {
  const asked = reads
    .filter((read) => read.phase === phase)
    .map((read) => {
      const answer = ask(reader, read.query(context));
      // Whoever awaits an earlier answer may throw first; this one's error is then nobody's.
      answer.catch(() => undefined);
      return { read, answer };
    });
  for (const { read, answer } of asked) {
    const rows = await answer.catch((error: unknown) => {
      throw explain(error, read, context.inventory);
    });
    read.read(rows, context);
  }
}

async function ask(reader: CatalogReader, sql: ReturnType<CatalogRead["query"]>): Promise<readonly unknown[]> {
  if (sql === null) return [];
  if (typeof sql === "string") return reader.query(sql);
  return (await Promise.all(sql.map((part) => reader.query(part)))).flat();
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
  const relation = inventory.relation(Number(/\b(?:OID|relation) (\d+)\b/.exec(message)?.[1] ?? 0));
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

/**
 * Reads everything of the database that a dump needs, in two batches of queries: what exists, then the details of what is wanted.
 * `beforeDetails` sees the inventory with its selection in between, when nothing that needs locks was read yet.
 */
export async function readInventory(
  reader: CatalogReader,
  selection: Selection,
  onDiagnostic: DiagnosticSink,
  beforeDetails: (inventory: Inventory) => void = () => undefined,
): Promise<Inventory> {
  const context: ReadContext = { major: reader.major, selection, inventory: new Inventory(), onDiagnostic };
  const names = Object.keys(registry) as KindName[];
  await runPhase(reader, context, "inventory", allReads);
  select(context, names);
  beforeDetails(context.inventory);
  await runPhase(reader, context, "details", allReads);
  for (const kind of kinds) kind.derive?.(context);
  applyDependencies(context);
  for (const kind of kinds) kind.link?.(context);
  return context.inventory;
}
