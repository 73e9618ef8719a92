import type { Entry } from "../../archive/entry.ts";
import type { DiagnosticSink } from "../../core/diagnostics.ts";
import { PgstowError } from "../../core/errors.ts";
import { quoteLiteralPortably } from "../../core/literals.ts";
import type { SelectedEntry } from "../selection.ts";
import type { RestoreTarget } from "../target.ts";
import * as contents from "./contents.ts";
import { DEFAULT_PRIVILEGES } from "./default-privileges.ts";
import { Bystanders } from "./bystanders.ts";
import { lockTables } from "./lock-tables.ts";
import { publicSchemaStatements } from "./public-schema.ts";
import type { ReplaceScope } from "./scope.ts";
import { SYSTEM_PRIVILEGES } from "./system-privileges.ts";

export { scopeOf } from "./scope.ts";
export type { ReplaceScope } from "./scope.ts";

export interface ReplaceOptions {
  readonly scope: ReplaceScope;
  readonly noOwner?: boolean | undefined;
  readonly lockWaitTimeout?: string | undefined;
  readonly onDiagnostic?: DiagnosticSink | undefined;
}

/** Statements that go to the server together. */
const BATCH = 100;
const NAMED_MAX = 5;

/**
 * Drops, within the restore's transaction, everything that the database holds, or the schemas that the archive holds. Gives the entries
 * that are left out because what they make has stayed: extensions that the role may not drop, and schemas around them.
 */
export function replaceContents(
  options: ReplaceOptions,
): (target: RestoreTarget, selected: readonly SelectedEntry[]) => Promise<ReadonlySet<Entry>> {
  return (target, selected) => new Replacement(target, selected, options).run();
}

interface Drop {
  readonly sql: string;
  readonly what: string;
}

class Replacement {
  readonly #target: RestoreTarget;
  readonly #entries: readonly Entry[];
  readonly #options: ReplaceOptions;
  readonly #leftOut = new Set<Entry>();

  constructor(target: RestoreTarget, selected: readonly SelectedEntry[], options: ReplaceOptions) {
    this.#target = target;
    this.#entries = selected.map(({ entry }) => entry);
    this.#options = options;
  }

  async run(): Promise<ReadonlySet<Entry>> {
    const { schemas, leftOut } = this.#options.scope;
    if (leftOut.length > 0) {
      this.#warn("left-out", `the backup was made with --${leftOut.join(", --")}: what this left out is gone after the restore`);
    }
    await this.#refuseForbidden(schemas);
    await lockTables(this.#target, schemas, this.#options.lockWaitTimeout);
    if (schemas === undefined) await this.#everything();
    else await this.#schemas(schemas);
    return this.#leftOut;
  }

  async #everything(): Promise<void> {
    // Event triggers first, or they would see all that follows.
    await this.#dropAll(contents.EVENT_TRIGGERS);
    await this.#dropAll(contents.PUBLICATIONS);
    await this.#subscriptions();
    await this.#extensions();
    await this.#dropSchemas(undefined);
    for (const query of [...contents.OUTSIDE_SCHEMAS, ...SYSTEM_PRIVILEGES]) await this.#dropAll(query);
    await this.#dropAll(DEFAULT_PRIVILEGES);
    await this.#makePublic();
  }

  async #schemas(schemas: readonly string[]): Promise<void> {
    const bystanders = await Bystanders.of(this.#target, schemas);
    await this.#dropSchemas(schemas);
    if (schemas.includes("public")) await this.#makePublic();
    await bystanders.mustBeThere();
  }

  async #dropSchemas(only: readonly string[] | undefined): Promise<void> {
    for (const { name, allowed, holds_extension: holdsExtension } of await this.#target.query(contents.schemasSql(only))) {
      if (name === null || name === undefined) continue;
      if (name !== "public" && allowed === "t" && holdsExtension === "f") {
        await this.#drop([{ sql: `DROP SCHEMA ${await this.#quoted(name)} CASCADE`, what: `schema ${name}` }]);
        continue;
      }
      await this.#dropAll(contents.contentsSql(name));
      this.#leave((entry) => entry.kind === "SCHEMA" && entry.tag === name && entry.create.includes("CREATE SCHEMA"));
      if (allowed !== "t") this.#leave((entry) => entry.tag === `SCHEMA ${name}` && (entry.kind === "COMMENT" || entry.kind === "ACL"));
      if (name !== "public") {
        const why = allowed === "t" ? "an extension that stays lives in it" : "it belongs to another role";
        this.#warn("schema-kept", `schema "${name}" is emptied and not dropped: ${why}`);
      }
    }
  }

  /** Those that the role may not drop stay as they are, with the rows of their own tables. */
  async #extensions(): Promise<void> {
    const found = await this.#target.query(contents.EXTENSIONS);
    const kept = found.filter(({ allowed }) => allowed !== "t").map(({ name }) => name ?? "");
    await this.#drop(found.filter(({ allowed }) => allowed === "t").map(({ sql, what }) => ({ sql: sql ?? "", what: what ?? "" })));
    if (kept.length === 0) return;
    this.#leave(({ kind, tag }) => kind === "EXTENSION" && kept.includes(tag));
    this.#leave(({ kind, tag }) => kind === "COMMENT" && kept.some((name) => tag === `EXTENSION ${name}`));
    const members = await this.#target.query(`SELECT n.nspname AS schema, c.relname AS name FROM pg_catalog.pg_depend AS d
      JOIN pg_catalog.pg_extension AS e ON e.oid = d.refobjid AND e.extname = ANY (${contents.names(kept)})
      JOIN pg_catalog.pg_class AS c ON c.oid = d.objid JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace
      WHERE d.refclassid = 'pg_catalog.pg_extension'::pg_catalog.regclass AND d.classid = 'pg_catalog.pg_class'::pg_catalog.regclass AND d.deptype = 'e'`);
    const tables = new Set(members.map(({ schema, name }) => JSON.stringify([schema, name])));
    this.#leave(({ data, schema, tag }) => data !== "none" && tables.has(JSON.stringify([schema, tag])));
    this.#warn(
      "extension-kept",
      `the role may not drop ${kept.length === 1 ? "an extension, which stays" : "extensions, which stay"} as it is: ${kept.join(", ")}`,
    );
  }

  async #subscriptions(): Promise<void> {
    // Only superusers may look.
    const [row] = await this.#target.query("SELECT pg_catalog.has_table_privilege('pg_catalog.pg_subscription', 'SELECT') AS allowed");
    if (row?.["allowed"] !== "t") return;
    const found = await this.#target.query(contents.SUBSCRIPTIONS);
    await this.#drop(found.map(({ sql, what }) => ({ sql: sql ?? "", what: what ?? "" })));
    const slots = found.flatMap(({ slot }) => (slot === null || slot === undefined ? [] : [slot]));
    if (slots.length > 0) {
      this.#warn(
        "slots-left",
        `subscriptions were dropped; their replication slots stay on the publishers: ${slots.join(", ")}`,
        "Drop them there with pg_drop_replication_slot, or they keep its log for ever.",
      );
    }
  }

  async #makePublic(): Promise<void> {
    const mentioned = this.#entries.some(({ kind, tag, schema }) => schema === "public" || (kind === "SCHEMA" && tag === "public"));
    const [row] = await this.#target.query(
      `SELECT pg_catalog.pg_has_role(nspowner, 'USAGE') AS allowed FROM pg_catalog.pg_namespace WHERE nspname = 'public'`,
    );
    if (row === undefined ? !mentioned : row["allowed"] !== "t") return;
    const entry = this.#entries.find(({ kind, tag, create }) => kind === "SCHEMA" && tag === "public" && create.includes("CREATE SCHEMA"));
    const owner = entry === undefined || this.#options.noOwner === true || entry.owner === "" ? undefined : entry.owner;
    if (entry !== undefined) this.#leftOut.add(entry);
    await this.#target.query((await publicSchemaStatements(this.#target, owner)).join(";\n"));
  }

  async #refuseForbidden(schemas: readonly string[] | undefined): Promise<void> {
    const found = (await this.#target.query(contents.notAllowedSql(schemas))).map(({ what }) => what ?? "");
    if (found.length === 0) return;
    const more = found.length > NAMED_MAX ? `\nand ${found.length - NAMED_MAX} more` : "";
    throw new PgstowError(
      "preflight",
      `the role may not drop ${found.length} of the objects that are to be replaced; nothing was changed`,
      {
        context: { detail: found.slice(0, NAMED_MAX).join("\n") + more },
        hint: "Connect as their owner or as a superuser, or back up only the schemas that are yours.",
      },
    );
  }

  async #dropAll(query: string): Promise<void> {
    const rows = await this.#target.query(query);
    await this.#drop(rows.map(({ sql, what }) => ({ sql: sql ?? "", what: what ?? "" })));
  }

  /** Sent without waiting for each other; the first that is refused is the one to tell of, for what follows it is refused as well. */
  async #drop(drops: readonly Drop[]): Promise<void> {
    for (let at = 0; at < drops.length; at += BATCH) {
      const batch = drops.slice(at, at + BATCH);
      const results = await Promise.allSettled(batch.map(({ sql }) => this.#target.send(sql)));
      const index = results.findIndex(({ status }) => status === "rejected");
      const refused = results[index];
      if (refused?.status === "rejected") throw explainDrop(refused.reason, batch[index]?.what ?? "");
    }
  }

  async #quoted(name: string): Promise<string> {
    const [row] = await this.#target.query(`SELECT pg_catalog.quote_ident(${quoteLiteralPortably(name)}) AS name`);
    return row?.["name"] ?? "";
  }

  #leave(isKept: (entry: Entry) => boolean): void {
    for (const entry of this.#entries) if (isKept(entry)) this.#leftOut.add(entry);
  }

  #warn(code: string, message: string, hint?: string): void {
    this.#options.onDiagnostic?.({ severity: "warning", code, message, ...(hint === undefined ? {} : { hint }) });
  }
}

function explainDrop(error: unknown, what: string): unknown {
  if (!(error instanceof PgstowError) || error.code !== "server") return error;
  return new PgstowError("server", `could not drop ${what}: ${error.message}; nothing was changed`, {
    cause: error,
    context: error.context,
    hint: error.hint ?? "Restore into a new database with --into NAME instead.",
  });
}
