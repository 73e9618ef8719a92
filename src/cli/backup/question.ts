import { createInterface } from "node:readline/promises";

import { PgstowError } from "../../core/errors.ts";

/** Asks on the terminal. Throws a PgstowError `usage` with this hint when nobody is there to answer. */
async function ask(question: string, signal: AbortSignal, hint: string): Promise<string> {
  if (!process.stdin.isTTY) throw new PgstowError("usage", `nobody is there to answer: ${question}`, { hint });
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`${question} `, { signal })).trim();
  } catch (cause) {
    throw new PgstowError("aborted", "aborted", { cause });
  } finally {
    terminal.close();
  }
}

/** Yes, or the work ends here. */
export async function mustConfirm(question: string, signal: AbortSignal): Promise<void> {
  if (!(await confirm(question, signal))) throw new PgstowError("aborted", "not confirmed; nothing was done");
}

export async function confirm(question: string, signal: AbortSignal): Promise<boolean> {
  return /^y(es)?$/i.test(await ask(`${question} [y/N]`, signal, "Add --yes to do it without a question."));
}

/** The name of a production remote, typed in. */
export async function askForName(name: string, signal: AbortSignal): Promise<string> {
  const question = `"${name}" is a production database. Type its name to restore into it:`;
  return ask(question, signal, `Add --yes-restore-production ${name} to do it without a question.`);
}
