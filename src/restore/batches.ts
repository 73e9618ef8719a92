import type { RestoreStep } from "./plan.ts";

export type SqlStep = Extract<RestoreStep, { type: "sql" }>;

/** Steps that go to the server together: statements that wait for the server once, or one step of another type. */
export type Batch = { readonly type: "sql"; readonly steps: readonly SqlStep[] } | Exclude<RestoreStep, SqlStep>;

const STEPS_MAX = 100;
const BATCH_CHARACTERS_MAX = 256 * 1024;

/** What reads whole tables runs alone, so that progress can name it and an interruption finds it. */
const slowKinds: ReadonlySet<string> = new Set(["CHECK CONSTRAINT", "CONSTRAINT", "FK CONSTRAINT", "INDEX", "MATERIALIZED VIEW DATA"]);

/** Groups the steps in their order. */
export function* batchesOf(steps: readonly RestoreStep[]): Generator<Batch> {
  let pending: SqlStep[] = [];
  let characters = 0;
  for (const step of steps) {
    const slow = step.type !== "sql" || (step.part === "definition" && slowKinds.has(step.entry.kind));
    const full = step.type === "sql" && (pending.length === STEPS_MAX || characters + step.sql.length > BATCH_CHARACTERS_MAX);
    if (pending.length > 0 && (slow || full)) {
      yield { type: "sql", steps: pending };
      pending = [];
      characters = 0;
    }
    if (step.type !== "sql") yield step;
    else if (slow) yield { type: "sql", steps: [step] };
    else {
      pending.push(step);
      characters += step.sql.length;
    }
  }
  if (pending.length > 0) yield { type: "sql", steps: pending };
}
