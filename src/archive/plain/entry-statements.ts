import type { ArchiveMetadata, ScriptOptions } from "../archive.ts";
import type { Entry } from "../entry.ts";
import { scriptContext } from "./context.ts";
import type { ScriptContext } from "./context.ts";
import { accessMethodStatements, disablesTriggers, triggerStatements } from "./definition.ts";
import { dropText, entriesToDrop } from "./drops.ts";
import { settingsStatements } from "./frame.ts";
import { isCommentOnly, ownerStatements } from "./owner.ts";
import { SessionState } from "./session-state.ts";

/** SQL to send to a server. A definition may hold several statements; everything else is one. */
export interface EntryStatement {
  readonly entry: Entry;
  readonly part: "drop" | "setting" | "definition" | "owner" | "access-method" | "triggers";
  readonly sql: string;
}

/**
 * What the entries of an archive mean for one session: the statements of the script without its comments. Remembers what the
 * session has been told, so the entries must be asked for in the order in which they run.
 */
export class EntryStatements {
  readonly #context: ScriptContext;
  readonly #session: SessionState;

  constructor(metadata: ArchiveMetadata, options: ScriptOptions) {
    this.#context = scriptContext(metadata, options);
    this.#session = new SessionState(this.#context);
  }

  /** The settings under which all the rest must run; for a target of the given major version. */
  settings(targetMajor: number): string[] {
    return settingsStatements(this.#context, targetMajor);
  }

  /** The drop statements of --clean, in their order. */
  drops(entries: readonly Entry[]): EntryStatement[] {
    return entriesToDrop(this.#context, entries)
      .filter((entry) => !isCommentOnly(entry.drop))
      .flatMap((entry) => [
        ...statements(entry, "setting", this.#session.asOwner(entry)),
        ...statements(entry, "drop", [dropText(this.#context, entry).trimEnd()]),
      ]);
  }

  /** The statements of one entry; for an entry with data those that come before its data. */
  of(entry: Entry): EntryStatement[] {
    const definition = isCommentOnly(entry.create) ? [] : [entry.create];
    const result = [
      ...statements(entry, "setting", this.#session.before(entry)),
      ...statements(entry, "definition", definition),
      ...statements(entry, "owner", entry.data === "none" ? ownerStatements(this.#context, entry) : []),
      ...statements(entry, "access-method", accessMethodStatements(this.#context, entry)),
    ];
    if (entry.kind === "ACL" || entry.kind === "DEFAULT ACL") this.#session.forgetUser();
    return result;
  }

  /** With --disable-triggers: what follows `of(entry)`, before the rows. */
  beforeRows(entry: Entry): EntryStatement[] {
    return this.#triggers(entry, "off");
  }

  /** With --disable-triggers: what follows the rows. */
  afterRows(entry: Entry): EntryStatement[] {
    return this.#triggers(entry, "on");
  }

  #triggers(entry: Entry, direction: "off" | "on"): EntryStatement[] {
    if (!disablesTriggers(this.#context, entry)) return [];
    const asSuperuser = this.#session.asUser(this.#context.options.superuser);
    return [
      ...statements(entry, "setting", asSuperuser),
      ...statements(entry, "triggers", [triggerStatements(this.#context, entry)[direction]]),
      ...statements(entry, "setting", direction === "off" ? this.#session.asOwner(entry) : []),
    ];
  }
}

function statements(entry: Entry, part: EntryStatement["part"], texts: readonly string[]): EntryStatement[] {
  return texts.map((sql) => ({ entry, part, sql }));
}
