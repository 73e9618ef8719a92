import type { ArchiveMetadata, ScriptOptions } from "../../src/archive/archive.ts";
import type { Entry } from "../../src/archive/entry.ts";
import { ScriptPrinter } from "../../src/archive/plain/script-printer.ts";
import { entryOf, metadataOf, scriptOf } from "./material.ts";

export const server = (major: number): Partial<ArchiveMetadata> => ({ serverVersionNum: major * 10000, serverVersion: `${major}.1` });

export function printed(entries: readonly Entry[], script: Partial<ScriptOptions> = {}, metadata: Partial<ArchiveMetadata> = {}): string {
  const printer = new ScriptPrinter(metadataOf(metadata), scriptOf(script), entries);
  return entries.map((entry) => printer.entry(entry)).join("");
}

export function opening(entries: readonly Entry[], script: Partial<ScriptOptions>, metadata: Partial<ArchiveMetadata> = {}): string {
  return new ScriptPrinter(metadataOf(metadata), scriptOf(script), entries).begin();
}

export const table = entryOf({
  kind: "TABLE",
  create: "CREATE TABLE public.t (\n    a integer\n);\n",
  drop: "DROP TABLE public.t;\n",
  tablespace: "",
  tableAccessMethod: "heap",
  relkind: "r",
});
