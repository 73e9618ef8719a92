import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { inspect } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { describeHost } from "./hosts.ts";
import { describeTarget, resolveSettings } from "./settings.ts";
import type { ConnectionSettings, SettingsInput } from "./settings.ts";

let home = "";
beforeAll(async () => {
  home = await mkdtemp(path.join(tmpdir(), "pgstow-settings-"));
});
afterAll(() => rm(home, { recursive: true }));

const machine = { userName: () => "osuser", homeFolder: () => home };
const resolve = (input: SettingsInput, environment: Record<string, string> = {}): Promise<ConnectionSettings> =>
  resolveSettings(input, environment, machine);

async function failure(input: SettingsInput, environment: Record<string, string> = {}): Promise<PgstowError> {
  try {
    await resolve(input, environment);
  } catch (error) {
    expect(error).toBeInstanceOf(PgstowError);
    return error as PgstowError;
  }
  throw new Error("resolved without an error");
}

/** The parts that most cases are about: `user@host:port,.../database mode`. */
function brief(settings: ConnectionSettings): string {
  return `${settings.user}@${settings.hosts.map(describeHost).join(",")}/${settings.database} ${settings.tls.mode}`;
}

describe("where a value comes from", () => {
  const cases: [string, SettingsInput, Record<string, string>, string][] = [
    ["a name and flags", { dbname: "shop", host: "h", port: 6000, user: "u" }, {}, "u@h:6000/shop prefer"],
    ["defaults: user of the system, database of the user", { host: "h" }, {}, "osuser@h:5432/osuser prefer"],
    ["the environment", {}, { PGHOST: "e", PGPORT: "1", PGUSER: "eu", PGDATABASE: "ed", PGSSLMODE: "require" }, "eu@e:1/ed require"],
    [
      "flags before the environment",
      { host: "h", user: "u" },
      { PGHOST: "e", PGPORT: "7", PGUSER: "eu", PGDATABASE: "ed" },
      "u@h:7/ed prefer",
    ],
    ["an empty flag is not given", { host: "" }, { PGHOST: "e" }, "osuser@e:5432/osuser prefer"],
    ["a keyword string before flags", { dbname: "host=k dbname='a b' port=9", host: "h", user: "u" }, {}, "u@k:9/a b prefer"],
    ["a URI before flags", { dbname: "postgres://w:p@k/d?sslmode=disable", host: "h", user: "u", port: "3" }, {}, "w@k:3/d disable"],
    ["keywords of a caller", { host: "h", keywords: { sslmode: "verify-ca" } }, { PGSSLMODE: "disable" }, "osuser@h:5432/osuser verify-ca"],
    ["PGREQUIRESSL", { host: "h" }, { PGREQUIRESSL: "1" }, "osuser@h:5432/osuser require"],
  ];
  it.each(cases)("%s", async (_name, input, environment, expected) => {
    expect(brief(await resolve(input, environment))).toBe(expected);
  });
});

describe("keyword strings", () => {
  const cases: [string, string, string][] = [
    ["spaces around the sign", "host = h  dbname = d", "osuser@h:5432/d prefer"],
    ["escapes", "host=h dbname='it\\'s' user=a\\ b", "a b@h:5432/it's prefer"],
    ["an empty quoted value", "host='' port=1 hostaddr=127.0.0.1", "osuser@127.0.0.1:1/osuser prefer"],
    ["lists", "host=a,b port=1,2", "osuser@a:1,b:2/osuser prefer"],
    ["one port for all", "host=a,b port=7", "osuser@a:7,b:7/osuser prefer"],
    ["a gap in the ports", "host=a,b port=,2", "osuser@a:5432,b:2/osuser prefer"],
    ["a socket folder", "host=/run/pg port=9", "osuser@socket /run/pg/.s.PGSQL.9/osuser prefer"],
  ];
  it.each(cases)("%s", async (_name, dbname, expected) => {
    expect(brief(await resolve({ dbname }))).toBe(expected);
  });
});

describe("URIs", () => {
  const cases: [string, string][] = [
    ["postgresql://h", "osuser@h:5432/osuser prefer"],
    ["postgres://u@h:1/d", "u@h:1/d prefer"],
    ["postgresql://a:1,b:2/d", "osuser@a:1,b:2/d prefer"],
    ["postgresql://a,b:2/d", "osuser@a:5432,b:2/d prefer"],
    ["postgresql://[::1]:6/d", "osuser@[::1]:6/d prefer"],
    ["postgresql://[2001:db8::1]/d", "osuser@[2001:db8::1]:5432/d prefer"],
    ["postgresql://%2Fvar%2Frun%2Fx/d", "osuser@socket /var/run/x/.s.PGSQL.5432/d prefer"],
    ["postgresql:///d?host=/sock&port=4", "osuser@socket /sock/.s.PGSQL.4/d prefer"],
    ["postgresql://u%40x:p%3Aw%2F@h/my%20db?sslmode=require", "u@x@h:5432/my db require"],
    ["postgresql://h/d?ssl=true", "osuser@h:5432/d require"],
    ["postgresql://h/d?user=o&dbname=e", "o@h:5432/e prefer"],
  ];
  it.each(cases)("%s", async (dbname, expected) => {
    expect(brief(await resolve({ dbname }))).toBe(expected);
  });

  it("keeps the password with its escapes undone, an @ in it included", async () => {
    const settings = await resolve({ dbname: "postgresql://u:p%3Aw@x@h/d" });
    expect(settings.hosts[0]?.password()).toBe("p:w@x");
    expect(settings.hosts[0]?.host).toBe("h");
  });
});

describe("what is refused", () => {
  const cases: [string, SettingsInput, string][] = [
    ["unknown keyword", { dbname: "host=h sllmode=require" }, 'invalid connection option "sllmode"'],
    ["unknown keyword of a caller", { keywords: { hots: "x" } }, 'invalid connection option "hots"'],
    ["unknown parameter", { dbname: "postgresql://h/d?sslmod=x" }, 'unknown parameter "sslmod" in the connection URI'],
    ["parameter without value", { dbname: "postgresql://h/d?sslmode" }, 'malformed connection URI: parameter "sslmode" has no "="'],
    ["no equals sign", { dbname: "host=h dbname" }, 'missing "=" after "dbname" in the connection string'],
    ["open quote", { dbname: "host='h" }, 'the value of "host" in the connection string lacks its closing quote'],
    ["open bracket", { dbname: "postgresql://[::1/d" }, 'malformed connection URI: an IPv6 address lacks its closing "]"'],
    ["text after bracket", { dbname: "postgresql://[::1]x:1/d" }, 'malformed connection URI: unexpected text after "]"'],
    ["port 0", { host: "h", port: 0 }, 'invalid port number: "0"'],
    ["port as word", { dbname: "host=h port=five" }, 'invalid integer value "five" for connection option "port"'],
    ["ports without their hosts", { dbname: "host=a,b,c port=1,2" }, "could not match 2 port numbers to 3 hosts"],
    ["addresses without their hosts", { dbname: "host=a,b hostaddr=::1" }, "could not match 2 host names to 1 hostaddr values"],
    ["sslmode", { dbname: "host=h sslmode=on" }, 'invalid sslmode value: "on"'],
    ["timeout", { dbname: "host=h connect_timeout=soon" }, 'invalid integer value "soon" for connection keyword "connect_timeout"'],
    [
      "system roots with a weak mode",
      { dbname: "host=h sslmode=require sslrootcert=system" },
      'weak sslmode "require" may not be used with sslrootcert=system',
    ],
    [
      "direct TLS with a weak mode",
      { dbname: "host=h sslnegotiation=direct" },
      'weak sslmode "prefer" may not be used with sslnegotiation=direct',
    ],
    ["GSS encryption", { dbname: "host=h gssencmode=require" }, "gssencmode=require is not supported"],
    ["replication", { dbname: "host=h replication=database" }, 'connection keyword "replication" is not supported'],
    ["unknown method", { dbname: "host=h require_auth=magic" }, 'invalid require_auth value: "magic"'],
    ["mixed methods", { dbname: "host=h require_auth=md5,!none" }, 'require_auth "md5,!none" mixes methods with and without "!"'],
  ];
  it.each(cases)("%s", async (_name, input, message) => {
    expect((await failure(input)).message).toBe(message);
  });

  it("never repeats a password that cannot be decoded", async () => {
    const error = await failure({ dbname: "postgresql://u:sec%ret@h/d" });
    expect(error.message).toContain("the password holds");
    expect(inspect(error)).not.toContain("sec%ret");
  });

  it("a user without name", async () => {
    await expect(resolveSettings({ host: "h" }, {}, { ...machine, userName: () => undefined })).rejects.toThrow("no user name given");
  });
});

describe("service files", () => {
  it("fills what was not given, before the environment", async () => {
    const file = path.join(home, "services.conf");
    await writeFile(file, "# ours\n[other]\nhost=o\n\n[mine]\nhost=s\nport=11\n dbname = sd \nhost=second\n[last]\nhost=l\n");
    const environment = { PGSERVICEFILE: file, PGPORT: "12", PGUSER: "eu" };
    expect(brief(await resolve({ dbname: "service=mine dbname=d" }, environment))).toBe("eu@s:11/d prefer");
    expect(brief(await resolve({}, { ...environment, PGSERVICE: "mine" }))).toBe("eu@s:11/sd prefer");
    expect(brief(await resolve({ host: "h" }, { ...environment, PGSERVICE: "last" }))).toBe("eu@h:12/eu prefer");
  });

  it("falls back to the system's folder", async () => {
    await writeFile(path.join(home, "pg_service.conf"), "[sys]\nhost=fromsystem\n");
    expect(brief(await resolve({ dbname: "service=sys" }, { PGSYSCONFDIR: home }))).toBe("osuser@fromsystem:5432/osuser prefer");
  });

  it("reads the file in the home folder that HOME names", async () => {
    await writeFile(path.join(home, ".pg_service.conf"), "[homely]\nhost=fromhome\n");
    expect(brief(await resolve({ dbname: "service=homely" }, { HOME: home }))).toBe("osuser@fromhome:5432/osuser prefer");
  });

  it("says what is wrong", async () => {
    const file = path.join(home, "bad.conf");
    await writeFile(file, "[a]\nnonsense=1\n[b]\nhost\n[c]\nservice=a\n[d]\nldap://x\n");
    const environment = { PGSERVICEFILE: file, PGSYSCONFDIR: home };
    expect((await failure({ dbname: "service=none" }, environment)).message).toBe('definition of service "none" not found');
    expect((await failure({ dbname: "service=a" }, environment)).message).toBe(
      `service "a" has the unknown keyword "nonsense" (${file}, line 2)`,
    );
    expect((await failure({ dbname: "service=b" }, environment)).message).toBe(`service "b" has a line without "=" (${file}, line 4)`);
    expect((await failure({ dbname: "service=c" }, environment)).message).toBe(
      `service "c" may not name another service (${file}, line 6)`,
    );
    expect((await failure({ dbname: "service=d" }, environment)).message).toContain("LDAP");
  });
});

describe("passwords", () => {
  async function withFile(text: string, mode = 0o600): Promise<{ file: string; found: Diagnostic[] }> {
    const file = path.join(home, ".pgpass");
    await writeFile(file, text);
    await chmod(file, mode);
    return { file, found: [] };
  }

  it("come from the file, the first matching line, per host", async () => {
    await withFile("# c\na:5432:d:u:pa\nb:*:*:u:p\\:b:x\n*:*:*:*:any\n");
    const settings = await resolve({ dbname: "host=a,b,c user=u dbname=d" });
    expect(settings.hosts.map((host) => host.password())).toEqual(["pa", "p:b:x", "any"]);
  });

  it("escapes in the file's fields are undone, and an escaped star is a star", async () => {
    await withFile("h:5432:a\\:b:u:one\nh:5432:\\*:u:two\n");
    expect((await resolve({ dbname: "host=h user=u dbname=a:b" })).hosts[0]?.password()).toBe("one");
    expect((await resolve({ dbname: "host=h user=u dbname=c" })).hosts[0]?.password()).toBeUndefined();
    expect((await resolve({ dbname: "host=h user=u dbname=*" })).hosts[0]?.password()).toBe("two");
  });

  it("a socket in a default folder goes by localhost", async () => {
    await withFile("localhost:*:*:*:local\n");
    expect((await resolve({ host: "/tmp" })).hosts[0]?.password()).toBe("local");
    expect((await resolve({ host: "/elsewhere" })).hosts[0]?.password()).toBeUndefined();
  });

  it("are not taken from a file that others may read, and that is said", async () => {
    const { file, found } = await withFile("*:*:*:*:leaked\n", 0o640);
    const settings = await resolve({ host: "h", onDiagnostic: (diagnostic) => found.push(diagnostic) });
    expect(settings.hosts[0]?.password()).toBeUndefined();
    expect(found).toMatchObject([{ severity: "warning", code: "password-file", hint: `chmod 0600 ${file}` }]);
  });

  it("given ones win over the file", async () => {
    await withFile("*:*:*:*:file\n");
    expect((await resolve({ host: "h" }, { PGPASSWORD: "env" })).hosts[0]?.password()).toBe("env");
    expect((await resolve({ host: "h", password: "flag" }, { PGPASSWORD: "env" })).hosts[0]?.password()).toBe("flag");
    expect((await resolve({ dbname: "host=h password=kw" }, { PGPASSWORD: "env" })).hosts[0]?.password()).toBe("kw");
  });

  it("PGPASSFILE names the file", async () => {
    const file = path.join(home, "other-pass");
    await writeFile(file, "*:*:*:*:other\n", { mode: 0o600 });
    expect((await resolve({ host: "h" }, { PGPASSFILE: file })).hosts[0]?.password()).toBe("other");
  });

  it("do not show when settings are printed", async () => {
    const settings = await resolve({ dbname: "postgresql://u:s3cret@h/d?sslpassword=k3ypass" });
    expect(settings.tls.keyPassword()).toBe("k3ypass");
    expect(`${inspect(settings, { depth: 9 })}${JSON.stringify(settings)}${describeTarget(settings)}`).not.toMatch(/s3cret|k3ypass/);
  });
});

describe("the rest", () => {
  it("TLS files: named ones must exist, default ones lie in ~/.postgresql", async () => {
    const { tls } = await resolve({ dbname: "host=h sslmode=verify-full sslcert=/c.crt" });
    expect(tls.certificate).toEqual({ file: "/c.crt", given: true });
    expect(tls.key).toEqual({ file: path.join(home, ".postgresql", "postgresql.key"), given: false });
    expect(tls.rootCertificates).toEqual({ file: path.join(home, ".postgresql", "root.crt"), given: false });
    expect((await resolve({ dbname: "host=h sslrootcert=system" })).tls).toMatchObject({ mode: "verify-full", rootCertificates: "system" });
  });

  it("session parameters, timeouts, names", async () => {
    const settings = await resolve(
      { dbname: "host=h connect_timeout=3 target_session_attrs=standby channel_binding=require require_auth=scram-sha-256" },
      { PGOPTIONS: "-c work_mem=1MB", PGTZ: "UTC", PGAPPNAME: "mine", PGCLIENTENCODING: "LATIN1" },
    );
    expect(settings).toMatchObject({
      connectTimeoutMs: 3000,
      targetSession: "standby",
      channelBinding: "require",
      authMethods: new Set(["scram-sha-256"]),
      startupParameters: { options: "-c work_mem=1MB", timezone: "UTC" },
      applicationName: "mine",
      clientEncoding: "LATIN1",
    });
    expect((await resolve({ host: "h" })).applicationName).toBe("pgstow");
    expect((await resolve({ dbname: "host=h require_auth=!none,!password" })).authMethods?.has("none")).toBe(false);
  });

  it("describes the target", async () => {
    expect(describeTarget(await resolve({ dbname: "postgres://u@h:1/d" }))).toBe('database "d" on h:1 as user "u"');
  });
});
