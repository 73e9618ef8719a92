/** `'{1,2}'::pg_catalog.oid[]`: a list of OIDs that the planner can hash. */
export function oidArray(oids: Iterable<number>): string {
  return `'{${[...oids].join(",")}}'::pg_catalog.oid[]`;
}
