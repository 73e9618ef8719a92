/** A result, ready to be printed. */
export interface Table {
  readonly title: string | undefined;
  readonly columns: readonly { readonly name: string; readonly right: boolean }[];
  /** null for NULL. */
  readonly rows: readonly (readonly (string | null)[])[];
  /** Lines below the table; undefined for `(N rows)`. */
  readonly footers?: readonly string[];
}

/** Types whose values stand at the right: numbers, money, object and transaction ids. */
const RIGHT_TYPES: ReadonlySet<number> = new Set([20, 21, 23, 26, 28, 29, 700, 701, 790, 1700, 5069]);

export function standsRight(typeOid: number): boolean {
  return RIGHT_TYPES.has(typeOid);
}

export function rowCountFooter(rows: number): string {
  return `(${String(rows)} ${rows === 1 ? "row" : "rows"})`;
}
