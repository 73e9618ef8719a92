import { PgstowError } from "../../core/errors.ts";

/** Minor versions as of this release, by major. */
const newestMinors: Readonly<Record<number, number>> = { 13: 23, 14: 23, 15: 18, 16: 14, 17: 10, 18: 4 };

/** Version of PostgreSQL that the faces say they are of. */
export interface FaceVersion {
  readonly major: number;
  /** As in `pg_dump (PostgreSQL) 18.4`. */
  readonly text: string;
}

/**
 * The newest version that is known, because clients refuse a pg_dump that is older than the server; PGSTOW_PG_VERSION (`16` or `16.3`)
 * sets another one. Throws a PgstowError `usage` for what is no version from 13 on.
 */
export function faceVersion(environment: Readonly<Record<string, string | undefined>>): FaceVersion {
  const asked = environment["PGSTOW_PG_VERSION"] ?? "";
  if (asked === "") return { major: 18, text: "18.4" };
  const [, digits, minor] = /^(\d+)(\.\d+)?$/.exec(asked) ?? [];
  const major = Number(digits);
  const newest = newestMinors[major];
  if (newest === undefined) {
    throw new PgstowError("usage", `invalid value "${asked}" of PGSTOW_PG_VERSION: must be a version from 13 to 18, like 16 or 16.3`);
  }
  return { major, text: minor === undefined ? `${asked}.${String(newest)}` : asked };
}
