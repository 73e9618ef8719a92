import type { Bench } from "./bench.ts";
import { measure } from "./measure.ts";
import type { TrialReport } from "./report.ts";
import type { Outcome, Row } from "./row.ts";
import { outcomeOf } from "./row.ts";
import type { Result, Trial } from "./trial.ts";
import { takeTurns } from "./trial.ts";

export interface Plan {
  readonly trials: readonly Trial[];
  /** Numbers of the wanted rows; null for all. */
  readonly rows: readonly number[] | null;
  readonly rounds: number;
  readonly onStep: (text: string) => void;
}

interface Done {
  readonly trial: Trial;
  readonly rows: readonly Row[];
  readonly results: readonly Result[];
  /** Why the trial as a whole came to nothing. */
  readonly failure: string | null;
}

/** Runs what the wanted rows need, one trial after another; one that fails does not end the others. */
export async function runTrials(bench: Bench, plan: Plan): Promise<{ outcomes: readonly Outcome[]; trials: readonly TrialReport[] }> {
  const wanted = plan.trials
    .map((trial) => ({ trial, rows: trial.rows.filter((row) => plan.rows?.includes(row.number) ?? true) }))
    .filter(({ rows }) => rows.length > 0);
  const done: Done[] = [];
  for (const [i, { trial, rows }] of wanted.entries()) {
    plan.onStep(trial.name);
    done.push(await runTrial(bench, trial, rows, plan));
    const stillUsed = new Set(wanted.slice(i + 1).flatMap((later) => later.trial.uses.map((spec) => spec.name)));
    for (const spec of trial.uses) if (!stillUsed.has(spec.name)) await bench.databases.drop(spec);
  }
  const all = done.flatMap(({ results }) => results);
  const outcomes = done.flatMap(({ rows, results, failure }) =>
    rows.map((row) => (failure === null ? outcomeOf(row, results, all) : failedOutcome(row, failure))),
  );
  return {
    outcomes: outcomes.toSorted((a, b) => a.number - b.number),
    trials: done.map(({ trial, results }) => ({ name: trial.name, results })),
  };
}

async function runTrial(bench: Bench, trial: Trial, rows: readonly Row[], plan: Plan): Promise<Done> {
  try {
    const contenders = await trial.open(bench);
    const results = await takeTurns({
      contenders,
      together: rows.map((row) => row.needs),
      rounds: Math.min(plan.rounds, trial.roundsMax ?? plan.rounds),
      measure,
      onStep: plan.onStep,
    });
    return { trial, rows, results, failure: null };
  } catch (error) {
    const failure = error instanceof Error ? error.message : String(error);
    plan.onStep(`failed: ${failure}`);
    return { trial, rows, results: [], failure };
  }
}

function failedOutcome({ number, work, rival, goal }: Row, why: string): Outcome {
  return { number, work, rival, goal, status: "failed", verdict: null, why };
}
