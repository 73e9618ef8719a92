import type { Report } from "./report.ts";
import { outcomeOf } from "./row.ts";
import type { Result, Trial } from "./trial.ts";

/** A report with what an earlier one has and this one has not measured again; of each row that any of them has, the verdict on both. */
export function withEarlier(earlier: Report | null, report: Report, trials: readonly Pick<Trial, "name" | "rows">[]): Report {
  if (earlier === null) return report;
  const resultsOf = (of: Report, name: string) => of.trials.find((trial) => trial.name === name)?.results ?? [];
  const known = trials.map((trial) => {
    const byContender = new Map<string, Result>();
    for (const result of [...resultsOf(earlier, trial.name), ...resultsOf(report, trial.name)]) byContender.set(result.contender, result);
    return { trial, results: [...byContender.values()] };
  });
  const all = known.flatMap(({ results }) => results);
  const numbers = new Set([...earlier.outcomes, ...report.outcomes].map(({ number }) => number));
  const outcomes = known.flatMap(({ trial, results }) =>
    trial.rows.filter(({ number }) => numbers.has(number)).map((row) => outcomeOf(row, results, all)),
  );
  const isMeasured = (number: number) => report.outcomes.some((outcome) => outcome.number === number);
  const kept = earlier.outcomes.filter(({ number }) => !isMeasured(number)).map(({ number }) => number);
  return {
    conditions: {
      ...report.conditions,
      ...(kept.length === 0 ? {} : { [`rows ${kept.join(", ")}`]: `of ${String(earlier.conditions.date)}` }),
    },
    outcomes: outcomes.toSorted((a, b) => a.number - b.number),
    trials: known.filter(({ results }) => results.length > 0).map(({ trial, results }) => ({ name: trial.name, results })),
  };
}
