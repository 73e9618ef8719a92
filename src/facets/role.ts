import { catalogRead } from "../objects/kind.ts";

/** Names of all roles, which own and are granted things. */
export const roleRead = catalogRead<{ readonly oid: number; readonly name: string }>({
  name: "roles",
  phase: "inventory",
  query: () => "SELECT r.oid, r.rolname AS name FROM pg_catalog.pg_roles r",
  read: (rows, { inventory }) => {
    for (const row of rows) inventory.roles.set(row.oid, row.name);
  },
});
