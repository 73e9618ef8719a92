/** Where a branch of an \if stands. */
type Branch = "true" | "false" | "ignored" | "else-true" | "else-false";

interface OpenIf {
  branch: Branch;
  /** Length of the statement when the branch began: what an inactive branch added to it goes again. */
  statementLength: number;
}

/** What \elif, \else and \endif can be told. */
export interface ConditionalProblem {
  readonly message: string;
}

/** The \if blocks that are open. */
export class Conditionals {
  readonly #open: OpenIf[] = [];

  get isActive(): boolean {
    const branch = this.#open.at(-1)?.branch;
    return branch === undefined || branch === "true" || branch === "else-true";
  }

  get depth(): number {
    return this.#open.length;
  }

  /** Length that the statement had before an inactive branch; undefined when all of it counts. */
  get keptLength(): number | undefined {
    return this.isActive ? undefined : this.#open.at(-1)?.statementLength;
  }

  /** `condition` is asked only where it counts. */
  if(condition: () => boolean, statementLength: number): void {
    const branch = !this.isActive ? "ignored" : condition() ? "true" : "false";
    this.#open.push({ branch, statementLength });
  }

  elif(condition: () => boolean, statementLength: number): ConditionalProblem | undefined {
    const top = this.#open.at(-1);
    if (top === undefined) return { message: "\\elif: no matching \\if" };
    if (top.branch.startsWith("else")) return { message: "\\elif: cannot occur after \\else" };
    if (top.branch === "true") top.branch = "ignored";
    else if (top.branch === "false" && condition()) top.branch = "true";
    top.statementLength = statementLength;
    return undefined;
  }

  else(statementLength: number): ConditionalProblem | undefined {
    const top = this.#open.at(-1);
    if (top === undefined) return { message: "\\else: no matching \\if" };
    if (top.branch.startsWith("else")) return { message: "\\else: cannot occur after \\else" };
    top.branch = top.branch === "false" ? "else-true" : "else-false";
    top.statementLength = statementLength;
    return undefined;
  }

  endif(): ConditionalProblem | undefined {
    return this.#open.pop() === undefined ? { message: "\\endif: no matching \\if" } : undefined;
  }
}
