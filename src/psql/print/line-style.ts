/** Characters that tables are drawn with. */
export interface LineStyle {
  readonly horizontal: string;
  readonly vertical: string;
  /** Left, middle and right of the rule above, in and below the table. */
  readonly top: readonly [string, string, string];
  readonly middle: readonly [string, string, string];
  readonly bottom: readonly [string, string, string];
  /** In the place after a cell whose value goes on in the next line. */
  readonly goesOn: string;
}

export const LINE_STYLES: Readonly<Record<"ascii" | "unicode", LineStyle>> = {
  ascii: {
    horizontal: "-",
    vertical: "|",
    top: ["+", "+", "+"],
    middle: ["+", "+", "+"],
    bottom: ["+", "+", "+"],
    goesOn: "+",
  },
  unicode: {
    horizontal: "─",
    vertical: "│",
    top: ["┌", "┬", "┐"],
    middle: ["├", "┼", "┤"],
    bottom: ["└", "┴", "┘"],
    goesOn: "↵",
  },
};
