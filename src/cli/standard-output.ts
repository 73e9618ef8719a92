/** What messages call standard output. */
export const STANDARD_OUTPUT = "standard output";
