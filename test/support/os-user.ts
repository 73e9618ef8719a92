import { execFileSync } from "node:child_process";

/** An OS user that a server runs as. */
export interface OsUser {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
}

/**
 * The user to run a server as: undefined for "as we are". PostgreSQL refuses to run as root, so root lends it PGSTOW_TEST_OS_USER, or
 * `nobody`, or `postgres`.
 */
export function serverUser(): OsUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const wanted = process.env["PGSTOW_TEST_OS_USER"];
  for (const name of wanted ? [wanted] : ["nobody", "postgres"]) {
    const user = readUser(name);
    if (user) return user;
  }
  throw new Error(
    wanted
      ? `PGSTOW_TEST_OS_USER: there is no OS user ${wanted} other than root`
      : "running as root, and neither of the users nobody and postgres exists to run a server as; set PGSTOW_TEST_OS_USER",
  );
}

function readUser(name: string): OsUser | undefined {
  try {
    const id = (flag: string) => Number(execFileSync("id", [flag, name], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] }));
    const user = { name, uid: id("-u"), gid: id("-g") };
    return user.uid === 0 ? undefined : user;
  } catch {
    return undefined;
  }
}
