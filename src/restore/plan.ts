import type { ArchiveMetadata, ArchiveReader, EntryPart, ScriptOptions } from "../archive/archive.ts";
import { inPassOrder, type Entry } from "../archive/entry.ts";
import { type EntryStatement, EntryStatements } from "../archive/plain/entry-statements.ts";
import { isDataStatement, type SelectedEntry } from "./selection.ts";

/** One thing to do in the target, for one entry; with `part`, for some of its rows. */
export type RestoreStep =
  | { readonly type: "sql"; readonly entry: Entry; readonly part: EntryStatement["part"]; readonly sql: string }
  | { readonly type: "rows"; readonly entry: Entry; readonly copy: string; readonly freeze?: boolean; readonly part?: EntryPart }
  | { readonly type: "statements"; readonly entry: Entry }
  | { readonly type: "large-objects"; readonly entry: Entry };

/** How entries are turned into statements; the meaning of pg_restore's options of these names. */
export interface RestoreForm {
  readonly clean?: boolean;
  readonly ifExists?: boolean;
  /** Make the archive's database, and drop it first with `clean`. */
  readonly create?: boolean;
  readonly noOwner?: boolean;
  readonly noTablespaces?: boolean;
  readonly noTableAccessMethod?: boolean;
  readonly useSetSessionAuthorization?: boolean;
  /** Only acts when no definition of a table is restored. */
  readonly disableTriggers?: boolean;
  /** Who may disable triggers; without it, the session's own user. */
  readonly superuser?: string;
  readonly enableRowSecurity?: boolean;
  /** Become this role before anything is made. */
  readonly role?: string;
}

/** What a session has to do, in order. */
export interface RestorePlan {
  /** Settings of the session, before all else. */
  readonly settings: readonly string[];
  readonly steps: readonly RestoreStep[];
  /** Encoding of the rows, when it is not the UTF8 of all statements. */
  readonly rowsEncoding: string | null;
  readonly standardConformingStrings: boolean;
  readonly entriesTotal: number;
  /** Raw bytes of the rows and large objects that are to come. */
  readonly rawBytesTotal: number;
}

type PlannedArchive = Pick<ArchiveReader, "metadata" | "sizes">;

/**
 * Lays out the work of one session: settings, drops in reverse order of the table of contents, then the entries in their passes.
 * `targetMajor` is the major version of the server that will run it.
 */
export function planRestore(
  archive: PlannedArchive,
  selected: readonly SelectedEntry[],
  form: RestoreForm,
  targetMajor: number,
): RestorePlan {
  const planner = new StepPlanner(archive, selected, form);
  const entries = inPassOrder(selected.map((one) => one.entry));
  const steps = [...planner.drops(), ...entries.flatMap((entry) => planner.stepsOf(entry))];
  return { ...planOf(archive, selected), settings: planner.settings(targetMajor), steps };
}

function statementEncoding({ encoding, textIsBytes }: ArchiveMetadata): string {
  return textIsBytes === true ? encoding : "UTF8";
}

/** What every plan says of an archive. */
export function planOf(archive: PlannedArchive, selected: readonly SelectedEntry[]): Omit<RestorePlan, "settings" | "steps"> {
  const { encoding, standardConformingStrings } = archive.metadata;
  return {
    rowsEncoding: encoding === statementEncoding(archive.metadata) ? null : encoding,
    standardConformingStrings,
    entriesTotal: selected.length,
    rawBytesTotal: selected.reduce((sum, { entry }) => sum + (archive.sizes.get(entry.dumpId)?.rawBytes ?? 0), 0),
  };
}

/** The steps of one session, which must be asked for in the order in which they are run: it remembers what the session has been told. */
export class StepPlanner {
  readonly #statements: EntryStatements;
  readonly #selected: readonly SelectedEntry[];
  readonly #form: RestoreForm;

  constructor(archive: PlannedArchive, selected: readonly SelectedEntry[], form: RestoreForm) {
    this.#selected = selected;
    this.#form = form;
    const metadata: ArchiveMetadata = {
      ...archive.metadata,
      // Statements are text in memory, and text goes to the server as UTF-8, unless it is bytes.
      encoding: statementEncoding(archive.metadata),
      rowSecurity: form.enableRowSecurity ?? archive.metadata.rowSecurity,
    };
    this.#statements = new EntryStatements(metadata, scriptOptions(form, disablesTriggers(selected, form)));
  }

  settings(targetMajor: number): string[] {
    return this.#statements.settings(targetMajor);
  }

  /** With --clean: what is dropped before anything is made. */
  drops(): RestoreStep[] {
    if (this.#form.clean !== true) return [];
    const droppable = this.#selected.filter(({ definition }) => definition).map(({ entry }) => entry);
    return this.#statements.drops(withoutInheritedKeys(droppable)).map(sqlStep);
  }

  stepsOf(entry: Entry): RestoreStep[] {
    const before = this.#statements.of(entry).map(sqlStep);
    if (entry.data === "none") return before;
    if (entry.data === "large-objects") return [...before, { type: "large-objects", entry }];
    const off = this.#statements.beforeRows(entry).map(sqlStep);
    const on = this.#statements.afterRows(entry).map(sqlStep);
    const data: RestoreStep = entry.data === "statements" ? { type: "statements", entry } : { type: "rows", entry, copy: entry.copy };
    return [...before, ...off, data, ...on];
  }
}

/** Triggers stay on where tables are made: they are made after the rows. */
export function disablesTriggers(selected: readonly SelectedEntry[], form: RestoreForm): boolean {
  return (form.disableTriggers ?? false) && !selected.some(({ entry, definition }) => definition && definesSchema(entry));
}

function definesSchema(entry: Entry): boolean {
  return !isDataStatement(entry) && entry.kind !== "STATISTICS DATA";
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

function sqlStep({ entry, part, sql }: EntryStatement): RestoreStep {
  return { type: "sql", entry, part, sql };
}

function scriptOptions(form: RestoreForm, disableTriggers: boolean): ScriptOptions {
  return {
    clean: form.clean ?? false,
    ifExists: form.ifExists ?? false,
    create: form.create ?? false,
    noOwner: form.noOwner ?? false,
    useSetSessionAuthorization: form.useSetSessionAuthorization ?? false,
    superuser: form.superuser ?? "",
    disableTriggers,
    noTablespaces: form.noTablespaces ?? false,
    noTableAccessMethod: form.noTableAccessMethod ?? false,
    verbose: false,
    restrictKey: null,
    dumpedBy: "",
    ...(form.role === undefined ? {} : { role: form.role }),
  };
}
