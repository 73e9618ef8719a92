import type { Entry } from "../entry.ts";
import { qualifiedName } from "./context.ts";
import type { ScriptContext } from "./context.ts";
import { isPartitioned } from "./session-state.ts";

/** The statement that gives a partitioned table its access method; none for anything else. */
export function accessMethodStatements(context: ScriptContext, entry: Entry): string[] {
  const method = entry.tableAccessMethod;
  if (method === null || method === "" || !isPartitioned(entry)) return [];
  if (context.major < 17 || context.options.noTableAccessMethod) return [];
  return [`ALTER TABLE ${qualifiedName(context, entry.schema, entry.tag)} SET ACCESS METHOD ${context.quote(method)};`];
}

/** Around a table's rows: triggers off and on again, by whoever may do that. */
export function triggerStatements(context: ScriptContext, entry: Entry): { readonly off: string; readonly on: string } {
  const table = qualifiedName(context, entry.schema, entry.tag);
  return { off: `ALTER TABLE ${table} DISABLE TRIGGER ALL;`, on: `ALTER TABLE ${table} ENABLE TRIGGER ALL;` };
}

export function disablesTriggers(context: ScriptContext, entry: Entry): boolean {
  return context.options.disableTriggers && (entry.data === "rows" || entry.data === "statements");
}
