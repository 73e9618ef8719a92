import type { ArchiveMetadata, ScriptOptions } from "../archive.ts";
import type { Entry } from "../entry.ts";
import { isOfDatabase } from "../entry.ts";
import { scriptContext } from "./context.ts";
import type { ScriptContext } from "./context.ts";
import { accessMethodStatements, disablesTriggers, triggerStatements } from "./definition.ts";
import { dropText, entriesToDrop } from "./drops.ts";
import { postamble, preamble, reconnect } from "./frame.ts";
import { headerComment } from "./header.ts";
import { ownerStatements } from "./owner.ts";
import { SessionState } from "./session-state.ts";

/**
 * The text of a script, piece by piece: `begin`, then each entry in the order of passes, then `end`. An entry with data is
 * `dataHead`, the data, `dataTail`. Holds only what the session has been told so far, so the pieces must be asked for in order.
 */
export class ScriptPrinter {
  readonly #context: ScriptContext;
  readonly #entries: readonly Entry[];
  readonly #session: SessionState;

  constructor(metadata: ArchiveMetadata, options: ScriptOptions, entries: readonly Entry[]) {
    this.#context = scriptContext(metadata, options);
    this.#entries = entries;
    this.#session = new SessionState(this.#context);
  }

  begin(): string {
    return preamble(this.#context) + (this.#context.options.clean ? this.#drops() : "");
  }

  end(completedAt: Date = new Date()): string {
    return postamble(this.#context, completedAt);
  }

  /** An entry without data; "" for one that this script leaves out. */
  entry(entry: Entry): string {
    if (!this.#context.options.create && isOfDatabase(entry)) return "";
    const text =
      this.#head(entry) + ownerText(ownerStatements(this.#context, entry)) + paragraphs(accessMethodStatements(this.#context, entry));
    if (entry.kind === "ACL" || entry.kind === "DEFAULT ACL") this.#session.forgetUser();
    return text + this.#reconnect(entry);
  }

  /** What stands before an entry's rows (before its COPY line) or large objects. */
  dataHead(entry: Entry): string {
    const head = this.#head(entry);
    if (!disablesTriggers(this.#context, entry)) return head;
    const { off } = triggerStatements(this.#context, entry);
    const asSuperuser = this.#session.asUser(this.#context.options.superuser);
    return head + paragraphs([...asSuperuser, off, ...this.#session.asOwner(entry)]);
  }

  /** What follows the line that ends an entry's rows, or its last large object. */
  dataTail(entry: Entry): string {
    const blank = entry.data === "rows" || entry.data === "statements" ? "\n\n" : "";
    if (!disablesTriggers(this.#context, entry)) return blank;
    const asSuperuser = this.#session.asUser(this.#context.options.superuser);
    return blank + paragraphs([...asSuperuser, triggerStatements(this.#context, entry).on]);
  }

  #head(entry: Entry): string {
    const definition = entry.create === "" ? "" : `${entry.create}\n\n`;
    return paragraphs(this.#session.before(entry)) + headerComment(this.#context, entry) + definition;
  }

  #drops(): string {
    return entriesToDrop(this.#context, this.#entries)
      .map((entry) => paragraphs(this.#session.asOwner(entry)) + dropText(this.#context, entry))
      .join("");
  }

  #reconnect(entry: Entry): string {
    if (!this.#context.options.create) return "";
    if (entry.kind !== "DATABASE" && entry.kind !== "DATABASE PROPERTIES") return "";
    this.#session.forget();
    return reconnect(this.#context, entry.tag);
  }
}

/** Each statement with a blank line after it. */
function paragraphs(statements: readonly string[]): string {
  return statements.map((statement) => `${statement}\n\n`).join("");
}

/** Owner statements of one entry stand together. */
function ownerText(statements: readonly string[]): string {
  return statements.length === 0 ? "" : `${statements.join("\n")}\n\n`;
}
