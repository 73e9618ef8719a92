import { randomInt } from "node:crypto";
import type { ArchiveMetadata, ArchiveReader, ScriptOptions, Sink } from "../archive/archive.ts";
import { inPassOrder } from "../archive/entry.ts";
import { openPlainWriter } from "../archive/plain/writer.ts";
import { throwIfAborted } from "../core/errors.ts";
import { disablesTriggers, type RestoreForm } from "./plan.ts";
import { type RestoreSelection, selectEntries, type SelectedEntry } from "./selection.ts";
import { sayStep } from "./verbose.ts";

/** What a restore would do, as a script for psql. */
export interface ScriptChoices extends RestoreSelection, RestoreForm {
  readonly create?: boolean;
  readonly singleTransaction?: boolean;
  readonly verbose?: boolean;
  /** Key of the \restrict line; random when missing. */
  readonly restrictKey?: string;
  readonly signal?: AbortSignal;
  /** Told what is written, in the words of pg_restore --verbose. */
  readonly onStep?: (text: string) => void;
}

/**
 * Writes the script that restores the archive, byte for byte as pg_restore -f of the archive's own release does. The sink is finished when
 * all is well, aborted otherwise.
 */
export async function writeScript(archive: ArchiveReader, choices: ScriptChoices, sink: Sink): Promise<void> {
  try {
    const selected = selectEntries(archive.entries, choices);
    const entries = selected.map(({ entry }) => entry);
    const script = scriptOptions(archive, choices, disablesTriggers(selected, choices));
    const writer = await openPlainWriter({ metadata: scriptMetadata(archive, choices), entries, script, sink });
    sayEntries(selected, choices);
    const { signal } = choices;
    for (const entry of entries) {
      if (entry.data === "none") continue;
      throwIfAborted(signal);
      await writer.data(entry, archive.data(entry, signal === undefined ? {} : { signal }));
    }
    await writer.finish();
  } catch (error) {
    await sink.abort();
    throw error;
  }
}

function sayEntries(selected: readonly SelectedEntry[], { clean, create, onStep }: ScriptChoices): void {
  if (onStep === undefined) return;
  const drops =
    clean === true && create !== true ? selected.filter(({ entry, definition }) => definition && entry.drop !== "").reverse() : [];
  for (const { entry } of drops) sayStep({ type: "sql", part: "drop", entry, sql: "" }, onStep);
  for (const entry of inPassOrder(selected.map((one) => one.entry))) {
    if (entry.data === "rows") sayStep({ type: "rows", entry, copy: "" }, onStep);
    else if (entry.data !== "none") sayStep({ type: entry.data, entry }, onStep);
    else sayStep({ type: "sql", part: "definition", entry, sql: "" }, onStep);
    if (entry.kind === "DATABASE") onStep(`connecting to new database "${entry.tag}"`);
  }
}

function scriptOptions(archive: ArchiveReader, choices: ScriptChoices, disableTriggers: boolean): ScriptOptions {
  const { layout, metadata, dumpedBy } = archive;
  return {
    clean: choices.clean ?? false,
    ifExists: choices.ifExists ?? false,
    create: choices.create ?? false,
    noOwner: choices.noOwner ?? false,
    useSetSessionAuthorization: choices.useSetSessionAuthorization ?? false,
    superuser: choices.superuser ?? "",
    disableTriggers,
    noTablespaces: choices.noTablespaces ?? false,
    noTableAccessMethod: choices.noTableAccessMethod ?? false,
    verbose: choices.verbose ?? false,
    restrictKey: choices.restrictKey ?? randomKey(),
    dumpedBy: dumpedBy ?? layout?.dumpVersion ?? metadata.serverVersion,
    singleTransaction: choices.singleTransaction ?? false,
    placeOf: (entry) => archive.placeOf?.(entry),
    ...(choices.role === undefined ? {} : { role: choices.role }),
  };
}

/** The text is that of the release that wrote the archive, which may be newer than the server. */
function scriptMetadata({ metadata, layout }: ArchiveReader, { enableRowSecurity }: ScriptChoices): ArchiveMetadata {
  const writer = Number(/^\d+/.exec(layout?.dumpVersion ?? "")?.[0] ?? 0) * 10_000;
  return {
    ...metadata,
    serverVersionNum: Math.max(metadata.serverVersionNum, writer),
    rowSecurity: enableRowSecurity ?? metadata.rowSecurity,
  };
}

const KEY_LENGTH = 63;
const KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** Nobody who filled the database can guess it: psql runs no meta-command between the two lines that carry it. */
function randomKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_ALPHABET.charAt(randomInt(KEY_ALPHABET.length))).join("");
}
