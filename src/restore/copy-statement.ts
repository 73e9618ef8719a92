import type { Entry } from "../archive/entry.ts";
import { quoteLiteral } from "../core/literals.ts";
import type { RestoreStep } from "./plan.ts";

/** What is said to COPY about the rows. */
export interface CopyForm {
  /** Encoding of the rows, when it is not that of the session. */
  readonly encoding: string | null;
  /** Rows are written as old ones are, which saves the server their next rewrite; only for tables that the same transaction made. */
  readonly freeze: boolean;
}

/** The statement itself, with its names, goes to the server in UTF8 like all others. */
export function copyStatement(copy: string, form: CopyForm): string {
  const options = [...(form.freeze ? ["FREEZE"] : []), ...(form.encoding === null ? [] : [`ENCODING ${quoteLiteral(form.encoding)}`])];
  if (options.length === 0) return copy;
  return copy.replace(/ FROM stdin;\s*$/i, () => ` FROM stdin WITH (${options.join(", ")});\n`);
}

/** The plain tables that these steps make, as `tableKey` names them. */
export function tablesMadeBy(steps: readonly RestoreStep[]): ReadonlySet<string> {
  const made = new Set<string>();
  for (const step of steps) {
    if (step.type === "sql" && step.part === "definition" && isPlainTable(step.entry)) made.add(tableKey(step.entry));
  }
  return made;
}

/** Key of the table that the statement fills, which may be another one than that of the entry (--load-via-partition-root). */
export function tableFilledBy(copy: string): string | undefined {
  const [, quotedSchema, schema, quotedName, name] = copyTarget.exec(copy) ?? [];
  const unquoted = (text: string | undefined) => text?.replaceAll('""', '"');
  const table = unquoted(quotedName) ?? name;
  return table === undefined ? undefined : tableKey({ schema: unquoted(quotedSchema) ?? schema ?? null, tag: table });
}

const copyTarget = /^COPY (?:(?:"((?:[^"]|"")+)"|([^\s".]+))\.)?(?:"((?:[^"]|"")+)"|([^\s".(]+))[\s(]/;

/** A partitioned table has no rows of its own to freeze. */
function isPlainTable({ kind, relkind, create }: Entry): boolean {
  return kind === "TABLE" && relkind !== "p" && !/\bPARTITION BY\b/.test(create);
}

function tableKey({ schema, tag }: Pick<Entry, "schema" | "tag">): string {
  return JSON.stringify([schema, tag]);
}
