const WORDS_KEPT = 4;

/**
 * The first words of each statement under way, and how deep it stands in the body of an SQL-standard function, where semicolons end
 * nothing. psql finds out by counting too: BEGIN and CASE go in, END goes out, in CREATE [OR REPLACE] FUNCTION or PROCEDURE only.
 */
export class StatementWords {
  /** Lower case; one list for each statement that goes to the server in the same message. */
  #lists: string[][] = [[]];
  #bodyDepth = 0;

  get lists(): readonly (readonly string[])[] {
    return this.#lists;
  }

  get inBody(): boolean {
    return this.#bodyDepth > 0;
  }

  /** An identifier without quotes. */
  add(bytes: Buffer, start: number, end: number, inParentheses: boolean): void {
    const words = this.#lists.at(-1)!;
    const counting = words.length < WORDS_KEPT;
    if (!counting && !isRoutine(words)) return;
    const word = bytes.toString("latin1", start, end).toLowerCase();
    if (counting) words.push(word);
    if (inParentheses || !isRoutine(words)) return;
    if (word === "begin" || (word === "case" && this.#bodyDepth > 0)) this.#bodyDepth++;
    else if (word === "end" && this.#bodyDepth > 0) this.#bodyDepth--;
  }

  /** Another statement of the same message begins. */
  next(): void {
    this.#lists.push([]);
  }

  reset(): void {
    this.#lists = [[]];
    this.#bodyDepth = 0;
  }
}

function isRoutine([first, second, third, fourth]: readonly string[]): boolean {
  if (first !== "create") return false;
  const kind = second === "or" && third === "replace" ? fourth : second;
  return kind === "function" || kind === "procedure";
}
