import type { Entry } from "../archive/entry.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { identifierQuoter } from "../core/identifiers.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { Inventory } from "../objects/inventory.ts";
import type { RenderContext } from "../objects/kind.ts";
import type { CatalogObject } from "../objects/object.ts";
import { orderObjects } from "../order/order.ts";
import { draftEntries } from "../script/entries.ts";
import { keepEntries } from "../script/keep.ts";
import { numberEntries } from "../script/number-entries.ts";
import { contentOf, dumpsInserts } from "./options.ts";
import type { DumpOptions } from "./options.ts";

export interface RenderedEntries {
  /** In the order of the table of contents. */
  readonly entries: readonly Entry[];
  /** The object behind an entry that has data, by dumpId. */
  readonly dataObjects: ReadonlyMap<number, CatalogObject>;
  readonly context: RenderContext;
}

export function renderContext(
  inventory: Inventory,
  serverVersionNum: number,
  standardConformingStrings: boolean,
  options: DumpOptions,
): RenderContext {
  const major = Math.floor(serverVersionNum / 10_000);
  const quoteAll = options.quoteAllIdentifiers ?? false;
  const q = identifierQuoter({ major, quoteAll });
  return {
    major,
    serverVersionNum,
    inventory,
    q,
    literal: (text) => quoteLiteral(text, standardConformingStrings),
    qualified: (object) => (object.schema === null ? q(object.name) : `${q(object.schema.name)}.${q(object.name)}`),
    options: {
      disableDollarQuoting: options.disableDollarQuoting ?? false,
      noToastCompression: options.noToastCompression ?? false,
      loadViaPartitionRoot: options.loadViaPartitionRoot ?? false,
      includeForeignData: (options.includeForeignData ?? []).length > 0,
      quoteAllIdentifiers: quoteAll,
      noTablespaces: options.noTablespaces ?? false,
      inserts: dumpsInserts(options),
    },
  };
}

/** Objects -> order -> entries that the options keep. */
export function renderEntries(context: RenderContext, options: DumpOptions, onDiagnostic: DiagnosticSink): RenderedEntries {
  const objects = orderObjects(context.inventory, { onDiagnostic, describe: (object) => describeObject(object) });
  const drafts = draftEntries(objects, context);
  const content = contentOf(options);
  const kept = keepEntries(drafts, {
    sections: options.sections ?? ["pre-data", "data", "post-data"],
    schemaWanted: content.schema,
    dataWanted: content.data,
    statisticsWanted: content.statistics,
    sequenceDataWanted: options.sequenceData ?? false,
    noComments: options.noComments ?? false,
    noPrivileges: options.noPrivileges ?? false,
    noSecurityLabels: options.noSecurityLabels ?? false,
  });
  const entries = numberEntries(kept, {
    firstFreeId: context.inventory.count + 1,
    dependenciesWanted: options.format !== "plain" || options.verbose === true,
  });
  const dataObjects = new Map<number, CatalogObject>();
  kept.forEach((draft, at) => {
    const entry = entries[at];
    if (entry !== undefined && entry.data !== "none") dataObjects.set(entry.dumpId, draft.object);
  });
  return { entries, dataObjects, context };
}

/** How a warning names an object: `TABLE DATA public.t`, `function public.f`. */
function describeObject(object: CatalogObject): string {
  const name = object.schema === null ? object.name : `${object.schema.name}.${object.name}`;
  return `${object.kind.replaceAll("-", " ")} ${name} (ID ${object.dumpId.toString()} OID ${object.oid.toString()})`;
}
