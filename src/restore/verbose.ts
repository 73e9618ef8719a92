import { type Entry, isOfDatabase } from "../archive/entry.ts";
import type { RestoreStep } from "./plan.ts";
import { isDataStatement } from "./selection.ts";

/** Says of a step what pg_restore says with --verbose; nothing of settings and owners. */
export function sayStep(step: RestoreStep, say: ((text: string) => void) | undefined): void {
  const text = say === undefined ? undefined : textOf(step);
  if (text !== undefined) say?.(text);
}

function textOf(step: RestoreStep): string | undefined {
  const { entry } = step;
  switch (step.type) {
    case "rows":
      if (step.part !== undefined && step.part.number > 0) return undefined;
      return `processing data for table "${qualified(entry)}"`;
    case "statements":
      return `processing data for table "${qualified(entry)}"`;
    case "large-objects":
      return `processing ${entry.kind}`;
    case "sql":
      if (step.part === "drop") return `dropping ${entry.kind} ${entry.tag}`;
      if (step.part === "triggers") return `${step.sql.includes("DISABLE TRIGGER") ? "disabling" : "enabling"} triggers for ${entry.tag}`;
      if (step.part !== "definition") return undefined;
      if (isDataStatement(entry) && !isOfDatabase(entry)) return `executing ${entry.kind} ${entry.tag}`;
      return `creating ${entry.kind} "${qualified(entry)}"`;
  }
}

function qualified({ schema, tag }: Entry): string {
  return schema === null ? tag : `${schema}.${tag}`;
}
