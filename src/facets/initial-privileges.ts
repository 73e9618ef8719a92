import { parseArrayOfText } from "../core/array-text.ts";
import { catalogRead } from "../objects/kind.ts";

interface InitialPrivilegesRow {
  readonly classoid: number;
  readonly objoid: number;
  readonly initprivs: string;
}

/** What objects could do at the end of initdb or of CREATE EXTENSION; grants are printed as the difference to it. Columns have their own read. */
export const initialPrivilegesRead = catalogRead<InitialPrivilegesRow>({
  name: "initial privileges",
  phase: "inventory",
  query: () => `
    SELECT p.classoid, p.objoid, p.initprivs
    FROM pg_catalog.pg_init_privs p
    WHERE p.objsubid = 0`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      let objects = inventory.initialPrivileges.get(row.classoid);
      if (objects === undefined) inventory.initialPrivileges.set(row.classoid, (objects = new Map<number, readonly string[]>()));
      objects.set(row.objoid, parseArrayOfText(row.initprivs));
    }
  },
});
