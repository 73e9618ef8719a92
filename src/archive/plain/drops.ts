import type { Entry } from "../entry.ts";
import { isOfDatabase } from "../entry.ts";
import type { ScriptContext } from "./context.ts";

const CONSTRAINT_KINDS: ReadonlySet<string> = new Set(["CONSTRAINT", "CHECK CONSTRAINT", "FK CONSTRAINT"]);

/** The entries that a script drops (with --create the database, else what is in it), in the order in which it drops them: the exact reverse of the table of contents. */
export function entriesToDrop(context: ScriptContext, entries: readonly Entry[]): Entry[] {
  const wanted = entries.filter((entry) => entry.drop !== "" && isOfDatabase(entry) === context.options.create);
  return wanted.reverse();
}

/** The drop text of one entry as the script shows it, with its line feeds. */
export function dropText(context: ScriptContext, entry: Entry): string {
  const text = entry.drop.replace(/\n+$/, "");
  const shown = context.options.ifExists ? withIfExists(entry.kind, text) : text;
  return entry.kind === "BLOB METADATA" ? `${shown}\n\n` : `${shown}\n`;
}

function withIfExists(kind: string, drop: string): string {
  if (drop.startsWith("--")) return drop;
  if (kind === "BLOB" || kind === "BLOB METADATA") return unlinkIfExists(drop);
  const text = drop.startsWith("ALTER TABLE ") ? drop.replace("ALTER TABLE ", "ALTER TABLE IF EXISTS ") : drop;
  if (kind === "DEFAULT" || kind === "DATABASE PROPERTIES" || text.startsWith("CREATE OR REPLACE VIEW")) return text;
  const word = CONSTRAINT_KINDS.has(kind) ? "DROP CONSTRAINT" : `DROP ${kind}`;
  return text.replace(word, `${word} IF EXISTS`);
}

/** Large objects have no DROP statement: the row that is not there is not asked for. */
function unlinkIfExists(drop: string): string {
  return drop.replace(
    /^SELECT pg_catalog\.lo_unlink\('(\d+)'\);$/gm,
    (_, oid: string) => `SELECT pg_catalog.lo_unlink(oid) FROM pg_catalog.pg_largeobject_metadata WHERE oid = '${oid}';`,
  );
}
