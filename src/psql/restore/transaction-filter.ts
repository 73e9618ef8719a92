import type { FoundStatement } from "../run-statement.ts";
import type { ScriptState } from "../script-state.ts";

const SAVEPOINT = "pgstow_script";
const HINT = "Use --no-single-transaction to run the script as it stands.";

/**
 * Keeps a script in the one transaction around it: its own BEGIN and COMMIT become a savepoint and its release, so that what it takes
 * back is taken back and all the rest stands or falls together.
 */
export function keepInTransaction(): (statement: FoundStatement, state: ScriptState) => FoundStatement | undefined {
  let within = false;
  return (statement, state) => {
    const kinds = statement.words.map(kindOf);
    const [kind] = kinds;
    if (kinds.length > 1 && kinds.some((each) => each !== "other")) {
      return state.reporter.refusal("transaction commands joined by \\; do not fit into a single transaction", state.place, HINT);
    }
    switch (kind) {
      case "begin":
        if (within) return undefined;
        within = true;
        return say(`SAVEPOINT ${SAVEPOINT}`);
      case "commit":
      case "rollback": {
        if (!within) return undefined;
        const chained = statement.words[0]!.includes("chain") && !statement.words[0]!.includes("no");
        within = chained;
        const back = kind === "rollback" ? `ROLLBACK TO SAVEPOINT ${SAVEPOINT}; ` : "";
        return say(`${back}RELEASE SAVEPOINT ${SAVEPOINT}${chained ? `; SAVEPOINT ${SAVEPOINT}` : ""}`);
      }
      case "prepared":
        return state.reporter.refusal("prepared transactions do not fit into a single transaction", state.place, HINT);
      default:
        return statement;
    }
  };

  function say(sql: string): FoundStatement {
    return { bytes: Buffer.from(sql), words: [[]] };
  }
}

type Kind = "begin" | "commit" | "rollback" | "prepared" | "other";

function kindOf([first = "", second = "", third = ""]: readonly string[]): Kind {
  if (first === "prepare" && second === "transaction") return "prepared";
  if ((first === "commit" || first === "rollback") && second === "prepared") return "prepared";
  if (first === "begin" || (first === "start" && second === "transaction")) return "begin";
  if (first === "commit" || first === "end") return "commit";
  const isPartial = second === "to" || third === "to";
  return (first === "rollback" || first === "abort") && !isPartial ? "rollback" : "other";
}
