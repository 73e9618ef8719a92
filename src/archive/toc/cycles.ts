import { PgstowError } from "../../core/errors.ts";
import { describeEntry } from "../entry.ts";
import type { Entry } from "../entry.ts";

/**
 * No order could restore entries that need each other in a circle. Throws a PgstowError `corrupt` that names them. Dependencies on
 * entries that are not there are common, and count for nothing.
 */
export function checkDependencies(file: string, entries: readonly Entry[]): void {
  const byId = new Map(entries.map((entry) => [entry.dumpId, entry]));
  const done = new Set<number>();
  for (const entry of entries) {
    const circle = findCircle(entry, byId, done);
    if (circle === undefined) continue;
    const names = circle.map((one) => `${one.dumpId} (${describeEntry(one)})`).join(" -> ");
    throw new PgstowError("corrupt", `"${file}" is damaged: entries depend on each other in a circle: ${names}`, { context: { file } });
  }
}

/** Depth first, without recursion: chains may be long. */
function findCircle(start: Entry, byId: ReadonlyMap<number, Entry>, done: Set<number>): Entry[] | undefined {
  if (done.has(start.dumpId)) return undefined;
  const path: { readonly entry: Entry; next: number }[] = [{ entry: start, next: 0 }];
  const onPath = new Set([start.dumpId]);
  for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
    const id = top.entry.dependencies[top.next++];
    if (id === undefined) {
      path.pop();
      onPath.delete(top.entry.dumpId);
      done.add(top.entry.dumpId);
      continue;
    }
    const needed = byId.get(id);
    if (needed === undefined || done.has(id)) continue;
    if (onPath.has(id)) return [...path.slice(path.findIndex((step) => step.entry.dumpId === id)).map((step) => step.entry), needed];
    path.push({ entry: needed, next: 0 });
    onPath.add(id);
  }
  return undefined;
}
