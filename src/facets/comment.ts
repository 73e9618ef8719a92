import { FIRST_NORMAL_OID } from "../objects/class-oids.ts";
import { catalogRead } from "../objects/kind.ts";

interface CommentRow {
  readonly classoid: number;
  readonly objoid: number;
  readonly objsubid: number;
  readonly description: string;
}

/** All comments on objects of users; of system schemas only those of `public`, whose comment may have been changed. */
export const commentRead = catalogRead<CommentRow>({
  name: "comments",
  phase: "inventory",
  rowByRow: true,
  query: () => `
    SELECT d.classoid, d.objoid, d.objsubid, d.description
    FROM pg_catalog.pg_description d
    WHERE d.objoid >= ${FIRST_NORMAL_OID.toString()}
      OR (d.classoid = 'pg_catalog.pg_namespace'::pg_catalog.regclass AND d.objoid IN (SELECT n.oid FROM pg_catalog.pg_namespace n WHERE n.nspname = 'public'))
      OR d.classoid = 'pg_catalog.pg_largeobject'::pg_catalog.regclass`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      let objects = inventory.comments.get(row.classoid);
      if (objects === undefined) inventory.comments.set(row.classoid, (objects = new Map<number, Map<number, string>>()));
      let parts = objects.get(row.objoid);
      if (parts === undefined) objects.set(row.objoid, (parts = new Map<number, string>()));
      parts.set(row.objsubid, row.description);
    }
  },
});
