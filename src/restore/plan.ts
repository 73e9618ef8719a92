import type { ArchiveMetadata, ArchiveReader, ScriptOptions } from "../archive/archive.ts";
import { describeEntry, inPassOrder, type Entry } from "../archive/entry.ts";
import { type EntryStatement, EntryStatements } from "../archive/plain/entry-statements.ts";
import { PgstowError } from "../core/errors.ts";
import { isDataStatement, type SelectedEntry } from "./selection.ts";

/** One thing to do in the target, for one entry. */
export type RestoreStep =
  | { readonly type: "sql"; readonly entry: Entry; readonly part: EntryStatement["part"]; readonly sql: string }
  | { readonly type: "rows"; readonly entry: Entry; readonly copy: string }
  | { readonly type: "large-objects"; readonly entry: Entry };

/** How entries are turned into statements; the meaning of pg_restore's options of these names. */
export interface RestoreForm {
  readonly clean?: boolean;
  readonly ifExists?: boolean;
  readonly noOwner?: boolean;
  readonly noTablespaces?: boolean;
  readonly noTableAccessMethod?: boolean;
  readonly useSetSessionAuthorization?: boolean;
  /** Only acts when no definition of a table is restored. */
  readonly disableTriggers?: boolean;
  /** Who may disable triggers; without it, the session's own user. */
  readonly superuser?: string;
  readonly enableRowSecurity?: boolean;
}

/** Everything that one transaction has to do, in order. */
export interface RestorePlan {
  /** Settings of the session, before all else. */
  readonly settings: readonly string[];
  readonly steps: readonly RestoreStep[];
  /** Encoding of the rows, when it is not the UTF8 of all statements. */
  readonly rowsEncoding: string | null;
  readonly entriesTotal: number;
  /** Raw bytes of the rows and large objects that are to come. */
  readonly rawBytesTotal: number;
}

/**
 * Lays out the transaction: settings, drops in reverse order of the table of contents, then the entries in their passes.
 * `targetMajor` is the major version of the server that will run it.
 */
export function planRestore(
  archive: Pick<ArchiveReader, "metadata" | "sizes">,
  selected: readonly SelectedEntry[],
  form: RestoreForm,
  targetMajor: number,
): RestorePlan {
  const metadata: ArchiveMetadata = {
    ...archive.metadata,
    // Statements are text in memory, and text goes to the server as UTF-8.
    encoding: "UTF8",
    rowSecurity: form.enableRowSecurity ?? archive.metadata.rowSecurity,
  };
  const definesSchema = selected.some(({ entry, definition }) => definition && !isDataStatement(entry));
  const disableTriggers = (form.disableTriggers ?? false) && !definesSchema;
  const statements = new EntryStatements(metadata, scriptOptions(form, disableTriggers));
  const settings = statements.settings(targetMajor);
  const steps: RestoreStep[] = [];
  if (form.clean) {
    const droppable = selected.filter(({ definition }) => definition).map(({ entry }) => entry);
    steps.push(...statements.drops(withoutInheritedKeys(droppable)).map(sqlStep));
  }
  let rawBytesTotal = 0;
  for (const entry of inPassOrder(selected.map((one) => one.entry))) {
    steps.push(...stepsOf(entry, statements));
    rawBytesTotal += archive.sizes.get(entry.dumpId)?.rawBytes ?? 0;
  }
  const { encoding } = archive.metadata;
  return { settings, steps, rowsEncoding: encoding === "UTF8" ? null : encoding, entriesTotal: selected.length, rawBytesTotal };
}

/**
 * Leaves out the keys of partitions that hang on a key of the partitioned table: the server refuses to drop them by themselves ("cannot
 * drop inherited constraint"), and they go with that key.
 */
function withoutInheritedKeys(entries: readonly Entry[]): readonly Entry[] {
  const attached = new Set(entries.filter(({ kind }) => kind === "INDEX ATTACH").map(({ schema, tag }) => JSON.stringify([schema, tag])));
  // A constraint's tag is "TABLE NAME", and either may hold spaces.
  const names = (tag: string) => [...tag.matchAll(/ /g)].map(({ index }) => tag.slice(index + 1));
  const isAttached = ({ schema, tag }: Entry) => names(tag).some((name) => attached.has(JSON.stringify([schema, name])));
  return entries.filter((entry) => entry.kind !== "CONSTRAINT" || !isAttached(entry));
}

function stepsOf(entry: Entry, statements: EntryStatements): RestoreStep[] {
  const before = statements.of(entry).map(sqlStep);
  switch (entry.data) {
    case "none":
      return before;
    case "large-objects":
      return [...before, { type: "large-objects", entry }];
    case "statements":
      throw new PgstowError("unsupported", `${describeEntry(entry)}: rows that were dumped as INSERT commands cannot be restored yet`);
    case "rows": {
      const off = statements.beforeRows(entry).map(sqlStep);
      const on = statements.afterRows(entry).map(sqlStep);
      return [...before, ...off, { type: "rows", entry, copy: entry.copy }, ...on];
    }
  }
}

function sqlStep({ entry, part, sql }: EntryStatement): RestoreStep {
  return { type: "sql", entry, part, sql };
}

function scriptOptions(form: RestoreForm, disableTriggers: boolean): ScriptOptions {
  return {
    clean: form.clean ?? false,
    ifExists: form.ifExists ?? false,
    // One transaction lives in one database, so nothing here ever makes or drops a database.
    create: false,
    noOwner: form.noOwner ?? false,
    useSetSessionAuthorization: form.useSetSessionAuthorization ?? false,
    superuser: form.superuser ?? "",
    disableTriggers,
    noTablespaces: form.noTablespaces ?? false,
    noTableAccessMethod: form.noTableAccessMethod ?? false,
    verbose: false,
    restrictKey: null,
    dumpedBy: "",
  };
}
