import type { WriterOptions } from "../archive.ts";
import { inPassOrder } from "../entry.ts";
import type { Entry } from "../entry.ts";
import { ScriptPrinter } from "../plain/script-printer.ts";

const PLACE = "$$PATH$$";

const HEAD = `--
-- NOTE:
--
-- This script loads the data files that stand beside it in the archive. Put the
-- path of the folder that they were extracted to in place of ${PLACE}.
-- pg_restore and pgstow need neither this script nor the files: they read the archive.
--
`;

/** The script that a tar archive carries for whoever unpacks it: everything but the data, which it takes from the unpacked files. */
export function restoreScript({ metadata, script, entries }: Pick<WriterOptions, "metadata" | "script" | "entries">): string {
  const printer = new ScriptPrinter(metadata, { ...script, clean: true, create: true, restrictKey: null }, entries);
  const parts = [HEAD, printer.begin()];
  for (const entry of inPassOrder(entries)) {
    parts.push(entry.data === "none" ? printer.entry(entry) : printer.dataHead(entry) + dataText(entry) + printer.dataTail(entry));
  }
  parts.push(printer.end(new Date(metadata.startedAt)));
  return parts.join("");
}

function dataText(entry: Entry): string {
  if (entry.data === "large-objects") return "-- Large objects are restored by pg_restore and pgstow only.\n\n";
  return `${entry.copy}\\.\n${entry.copy.replace(/ FROM stdin;\n$/, () => ` FROM '${PLACE}/${entry.dumpId}.dat';\n`)}`;
}
