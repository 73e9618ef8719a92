import type { ArchiveReader } from "../archive/archive.ts";
import type { DiagnosticSink } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";

/** pg_restore reads no further into a line's number. */
const ID_MAX = 2 ** 31 - 1;

/**
 * The dumpIds of a list file, as pg_restore -L reads what its -l printed: in each line a number, then whatever; `;` starts a comment. A
 * line without the id of an entry is ignored with a warning; an id that no entry has, though it could, is a PgstowError `usage`.
 */
export function parseUseList(text: string, archive: Pick<ArchiveReader, "entries" | "special">, onDiagnostic: DiagnosticSink): number[] {
  const known = new Set([...(archive.special ?? []), ...archive.entries].map(({ dumpId }) => dumpId));
  const idMax = [...known].reduce((most, id) => Math.max(most, id), 0);
  const seen = new Set<number>();
  for (const line of text.split("\n")) {
    const content = line.split(";", 1)[0] ?? "";
    if (content.trim() === "") continue;
    const id = Number(/^\s*\+?(\d+)/.exec(content)?.[1] ?? 0);
    if (id < 1 || id > Math.min(idMax, ID_MAX) || seen.has(id)) {
      onDiagnostic({ severity: "warning", code: "list-line-ignored", message: `line ignored: ${content.trimEnd()}` });
      continue;
    }
    if (!known.has(id)) throw new PgstowError("usage", `could not find entry for ID ${id}`);
    seen.add(id);
  }
  return [...seen];
}
