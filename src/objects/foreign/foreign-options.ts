/** SQL: generic options of a foreign object as they stand inside OPTIONS (...), in the order of their names; "" for none. */
export function foreignOptionsColumn(options: string): string {
  return `pg_catalog.array_to_string(ARRAY(
        SELECT pg_catalog.quote_ident(option_name) || ' ' || pg_catalog.quote_literal(option_value)
        FROM pg_catalog.pg_options_to_table(${options}) ORDER BY option_name), E',\\n    ')`;
}

/** ` OPTIONS (...)`, or nothing. */
export function renderForeignOptions(options: string): string {
  return options === "" ? "" : ` OPTIONS (\n    ${options}\n)`;
}
