import type { ProgressSink } from "../../core/progress.ts";
import type { FaceMessages } from "./face.ts";

/** What pg_dump says with --verbose while it reads the catalogs. */
const catalogSteps: readonly string[] = [
  ...readings("extensions", "schemas", "user-defined tables", "user-defined functions", "user-defined types", "procedural languages"),
  ...readings("user-defined aggregate functions", "user-defined operators", "user-defined access methods"),
  ...readings("user-defined operator classes", "user-defined operator families", "user-defined text search parsers"),
  ...readings("user-defined text search templates", "user-defined text search dictionaries", "user-defined text search configurations"),
  ...readings("user-defined foreign-data wrappers", "user-defined foreign servers", "default privileges", "user-defined collations"),
  ...readings("user-defined conversions", "type casts", "transforms", "table inheritance information", "event triggers"),
  "finding extension tables",
  "finding inheritance relationships",
  ...readings("column info for interesting tables", "partitioning data", "indexes", "extended statistics", "constraints", "triggers"),
  ...readings("rewrite rules", "policies", "row-level security policies", "publications", "publication membership of tables"),
  ...readings("publication membership of schemas", "subscriptions", "large objects", "dependency data"),
];

function readings(...kinds: string[]): string[] {
  return kinds.map((kind) => `reading ${kind}`);
}

/** Tells what --verbose shows: what has been read, and each table whose rows are being dumped. */
export function tellDumpSteps(messages: FaceMessages): ProgressSink {
  let isRead = false;
  let last: string | undefined;
  return ({ entry, phase }) => {
    // The catalogs are read in a few round trips, so all of it is over at once, and nothing of it when there is no connection.
    if (phase === "catalog") return;
    if (!isRead) for (const step of catalogSteps) messages.info(step);
    isRead = true;
    if (entry === undefined || entry === last) return;
    last = entry;
    const [, table] = /^TABLE DATA (.*)$/s.exec(entry) ?? [];
    messages.info(table === undefined ? "saving large objects" : `dumping contents of table "${table}"`);
  };
}
