import type pg from "pg";
import { withClient } from "./sql-client.ts";

/**
 * What shows a restored database to be whole, as one line: rows and a sum over their values by table, the states of sequences, and how many
 * objects of each kind there are.
 */
export function readContents(url: string): Promise<string> {
  return withClient(url, async (client) => {
    const { rows: tables } = await client.query<{ name: string; column: string }>(
      `SELECT c.oid::regclass::text AS name, (SELECT quote_ident(attname) FROM pg_attribute WHERE attrelid = c.oid AND attnum = 3) AS column
       FROM pg_class c WHERE c.relnamespace = 'bench'::regnamespace AND c.relkind = 'r' ORDER BY c.relname`,
    );
    const sums = [];
    // A few statements, so that five thousand tables are no problem.
    for (let first = 0; first < tables.length; first += 100) sums.push(...(await readSums(client, tables.slice(first, first + 100))));
    return [...sums, ...(await readCounts(client))].join("; ");
  });
}

async function readSums(client: pg.Client, tables: readonly { readonly name: string; readonly column: string }[]): Promise<string[]> {
  const queries = tables.map(
    ({ name, column }) =>
      `SELECT concat_ws(' ', '${name.replaceAll("'", "''")}', count(*), sum(hashtext(${column}::text)::bigint)) AS text FROM ${name}`,
  );
  const { rows } = await client.query<{ text: string }>(`${queries.join(" UNION ALL ")} ORDER BY 1`);
  return rows.map((row) => row.text);
}

async function readCounts(client: pg.Client): Promise<string[]> {
  const { rows } = await client.query<{ text: string }>(`
    SELECT concat_ws(' ', 'relations', relkind, count(*), count(relacl), count(obj_description(oid, 'pg_class'))) AS text
      FROM pg_class WHERE relnamespace = 'bench'::regnamespace GROUP BY relkind
    UNION ALL SELECT concat_ws(' ', 'constraints', contype, count(*)) FROM pg_constraint WHERE connamespace = 'bench'::regnamespace AND convalidated GROUP BY contype
    UNION ALL SELECT concat_ws(' ', 'functions', count(*)) FROM pg_proc WHERE pronamespace = 'bench'::regnamespace
    UNION ALL SELECT concat_ws(' ', 'triggers', count(*)) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT concat_ws(' ', 'sequences', count(last_value), sum(last_value)) FROM pg_sequences WHERE schemaname = 'bench'
    ORDER BY 1`);
  return rows.map((row) => row.text);
}
