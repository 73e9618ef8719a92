import { quoteLiteral } from "../../core/literals.ts";
import type { Entry } from "../entry.ts";
import type { ScriptContext } from "./context.ts";

/**
 * What a session that runs the script has been told so far. Settings start unknown and are unknown again after a reconnect;
 * a statement is due when an entry needs a value and the last one differs.
 */
export class SessionState {
  readonly #context: ScriptContext;
  #tablespace: string | undefined;
  #accessMethod: string | undefined;
  /** "" is the session's own user. */
  #user: string | undefined;

  constructor(context: ScriptContext) {
    this.#context = context;
  }

  /** A new connection knows nothing. */
  forget(): void {
    this.#tablespace = undefined;
    this.#accessMethod = undefined;
    this.#user = undefined;
  }

  /** Grants may have switched the user on their own. */
  forgetUser(): void {
    this.#user = undefined;
  }

  /** The statements that must run before the entry's own; without line feeds. */
  before(entry: Entry): string[] {
    return [...this.asOwner(entry), ...this.#inTablespace(entry), ...this.#withAccessMethod(entry)];
  }

  /** Switches to the owner of the entry, where the script makes owners so. */
  asOwner(entry: Entry): string[] {
    const { useSetSessionAuthorization, noOwner } = this.#context.options;
    return useSetSessionAuthorization && !noOwner ? this.asUser(entry.owner) : [];
  }

  asUser(user: string): string[] {
    if (this.#user === user) return [];
    this.#user = user;
    const name = user === "" ? "DEFAULT" : quoteLiteral(user, this.#context.metadata.standardConformingStrings);
    return [`SET SESSION AUTHORIZATION ${name};`];
  }

  #inTablespace(entry: Entry): string[] {
    const wanted = entry.tablespace;
    if (wanted === null || this.#context.options.noTablespaces || this.#tablespace === wanted) return [];
    this.#tablespace = wanted;
    return [`SET default_tablespace = ${wanted === "" ? "''" : this.#context.quote(wanted)};`];
  }

  #withAccessMethod(entry: Entry): string[] {
    const wanted = entry.tableAccessMethod;
    if (wanted === null || isPartitioned(entry) || this.#context.options.noTableAccessMethod || this.#accessMethod === wanted) return [];
    this.#accessMethod = wanted;
    return [`SET default_table_access_method = ${this.#context.quote(wanted)};`];
  }
}

/** A partitioned table takes no default access method; since 17 it may have one of its own, set afterwards. */
export function isPartitioned(entry: Pick<Entry, "relkind">): boolean {
  return entry.relkind === "p";
}
