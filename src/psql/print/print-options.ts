/** How results are printed: what \pset sets. */
export interface PrintOptions {
  format: "aligned" | "unaligned" | "csv" | "wrapped";
  /** 0: none, 1: between columns, 2: around the table too. */
  border: 0 | 1 | 2;
  expanded: "on" | "off" | "auto";
  fieldSeparator: string;
  fieldSeparatorZero: boolean;
  recordSeparator: string;
  recordSeparatorZero: boolean;
  csvSeparator: string;
  tuplesOnly: boolean;
  footer: boolean;
  /** What stands for NULL. */
  nullText: string;
  title: string | undefined;
  lineStyle: "ascii" | "unicode";
  numericLocale: boolean;
  columns: number;
  pager: number;
  pagerMinLines: number;
  tableAttributes: string | undefined;
}

export function defaultPrintOptions(): PrintOptions {
  return {
    format: "aligned",
    border: 1,
    expanded: "off",
    fieldSeparator: "|",
    fieldSeparatorZero: false,
    recordSeparator: "\n",
    recordSeparatorZero: false,
    csvSeparator: ",",
    tuplesOnly: false,
    footer: true,
    nullText: "",
    title: undefined,
    lineStyle: "ascii",
    numericLocale: false,
    columns: 0,
    pager: 1,
    pagerMinLines: 0,
    tableAttributes: undefined,
  };
}
