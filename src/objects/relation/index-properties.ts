import { renderDependsOnExtension } from "../depends-on-extension.ts";
import type { RenderContext } from "../kind.ts";
import type { Index } from "./index.ts";

/** What an index brings besides its definition; the same for one that a constraint owns. */
export function renderIndexProperties(index: Index, context: RenderContext, name: string): string {
  const { q, qualified } = context;
  const table = qualified(index.table);
  let text = "";
  if (index.isClustered) text += `\nALTER TABLE ${table} CLUSTER ON ${q(name)};\n`;
  for (const { column, target } of index.statistics) {
    text += `ALTER INDEX ${qualified(index)} ALTER COLUMN ${column.toString()} SET STATISTICS ${target.toString()};\n`;
  }
  text += renderDependsOnExtension(index, `INDEX ${qualified(index)}`, context);
  if (index.isReplicaIdentity) text += `\nALTER TABLE ONLY ${table} REPLICA IDENTITY USING INDEX ${q(name)};\n`;
  return text;
}
