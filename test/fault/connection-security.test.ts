import { execFile } from "node:child_process";
import { chmod, chown, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openCatalogSession } from "../../src/postgres/catalog-session.ts";
import { openDataChannel } from "../../src/postgres/data-channel.ts";
import { resolveSettings } from "../../src/postgres/settings.ts";
import { findBinaries } from "../support/binaries.ts";
import type { Cluster } from "../support/cluster.ts";
import { startCluster } from "../support/cluster.ts";

const run = promisify(execFile);

/** Who may come in how: users are named after it. */
const HBA = `
local   all scram scram-sha-256
local   all all trust
host    all postgres 127.0.0.1/32 trust
hostssl all bycert 127.0.0.1/32 cert
hostssl all tlsonly 127.0.0.1/32 scram-sha-256
hostnossl all plainonly 127.0.0.1/32 scram-sha-256
host    all tlsonly,plainonly 127.0.0.1/32 reject
host    all md5 127.0.0.1/32 md5
host    all password 127.0.0.1/32 password
host    all all 127.0.0.1/32 scram-sha-256
`;

const missing = await run("openssl", ["version"]).then(
  () => undefined,
  () => "skipped: there is no openssl here",
);

/** An authority, and certificates signed by it: "localhost" for the server, "bycert" for a client. */
async function makeCertificates(folder: string): Promise<void> {
  const openssl = (...words: string[]): Promise<unknown> => run("openssl", words, { cwd: folder });
  for (const authority of ["root", "other-root"]) {
    await openssl(
      "req",
      "-x509",
      "-newkey",
      "rsa:2048",
      "-nodes",
      "-subj",
      `/CN=${authority}`,
      "-days",
      "2",
      "-keyout",
      `${authority}.key`,
      "-out",
      `${authority}.crt`,
    );
  }
  for (const name of ["localhost", "bycert"]) {
    await openssl("req", "-newkey", "rsa:2048", "-nodes", "-subj", `/CN=${name}`, "-keyout", `${name}.key`, "-out", `${name}.csr`);
    await writeFile(join(folder, "extensions"), `subjectAltName=DNS:${name}`);
    await openssl(
      "x509",
      "-req",
      "-in",
      `${name}.csr`,
      "-CA",
      "root.crt",
      "-CAkey",
      "root.key",
      "-CAcreateserial",
      "-days",
      "2",
      "-extfile",
      "extensions",
      "-out",
      `${name}.crt`,
    );
  }
  await openssl("rsa", "-aes256", "-in", "bycert.key", "-passout", "pass:k3y", "-out", "locked.key");
}

describe.skipIf(missing !== undefined).each([15, 18] as const)(
  `connections to PostgreSQL %i${missing === undefined ? "" : ` (${missing})`}`,
  (major) => {
    let folder = "";
    let server: Cluster;

    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), "pgstow-tls-"));
      await chmod(folder, 0o755);
      await makeCertificates(folder);
      await writeFile(join(folder, "hba.conf"), HBA);
      const binaries = await findBinaries(major);
      const { user } = binaries;
      await chmod(join(folder, "localhost.key"), 0o600);
      if (user !== undefined) await chown(join(folder, "localhost.key"), user.uid, user.gid);
      const file = (name: string): string => join(folder, name);
      server = await startCluster(binaries, {
        folder,
        settings: {
          ssl: "on",
          ssl_cert_file: file("localhost.crt"),
          ssl_key_file: file("localhost.key"),
          ssl_ca_file: file("root.crt"),
          hba_file: file("hba.conf"),
        },
      });
      const channel = await openDataChannel(
        await resolveSettings({ dbname: `host=127.0.0.1 port=${String(server.port)} user=postgres dbname=postgres` }, {}),
      );
      for (const role of ["bycert", "tlsonly", "plainonly", "scram", "password"])
        await channel.query(`CREATE ROLE ${role} LOGIN PASSWORD 's3crét of ${role}'`);
      await channel.query("SET password_encryption = md5; CREATE ROLE md5 LOGIN PASSWORD 's3crét of md5'");
      await channel.close();
    });
    afterAll(async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    });

    /** How the session runs: `TLSv1.3`, `plain`; or the error. `F` in keywords stands for the folder of certificates. */
    async function connection(
      user: string,
      keywords: string,
      open: typeof openDataChannel | typeof openCatalogSession = openDataChannel,
    ): Promise<string> {
      const place = keywords.includes("host=") ? "" : "host=localhost hostaddr=127.0.0.1";
      const dbname = `${place} port=${server.port} user=${user} dbname=postgres ${keywords.replaceAll("F/", `${folder}/`)}`;
      try {
        const session = await open(await resolveSettings({ dbname }, { HOME: join(folder, "home") }));
        const answer = await session.query<{ version: string | null }>("SELECT version FROM pg_stat_ssl WHERE pid = pg_backend_pid()");
        await session.close();
        return ("rows" in answer ? answer.rows : answer)[0]?.["version"] ?? "plain";
      } catch (error) {
        return (error as Error).message;
      }
    }

    const password = (user: string): string => `password='s3crét of ${user}'`;

    const modes: [string, string, string, RegExp][] = [
      ["disable", "postgres", "sslmode=disable", /^plain$/],
      ["allow", "postgres", "sslmode=allow", /^plain$/],
      ["prefer", "postgres", "sslmode=prefer", /^TLSv1\.3$/],
      ["require", "postgres", "sslmode=require", /^TLSv1\.3$/],
      ["require with an old version", "postgres", "sslmode=require ssl_max_protocol_version=TLSv1.2", /^TLSv1\.2$/],
      ["allow goes on to TLS when plain is refused", "tlsonly", `sslmode=allow ${password("tlsonly")}`, /^TLSv1\.3$/],
      ["prefer goes on in plain when TLS is refused", "plainonly", `sslmode=prefer ${password("plainonly")}`, /^plain$/],
      [
        "disable does not go on",
        "tlsonly",
        `sslmode=disable ${password("tlsonly")}`,
        /refuses the connection: pg_hba\.conf rejects connection/,
      ],
      [
        "require with a root certificate checks it",
        "postgres",
        "sslmode=require sslrootcert=F/other-root.crt",
        /certificate of localhost:\d+ cannot be trusted/,
      ],
      ["prefer with a wrong root certificate goes on in plain", "postgres", "sslmode=prefer sslrootcert=F/other-root.crt", /^plain$/],
      ["verify-ca", "postgres", "sslmode=verify-ca sslrootcert=F/root.crt", /^TLSv1\.3$/],
      ["verify-ca, another name", "postgres", "sslmode=verify-ca sslrootcert=F/root.crt host=127.0.0.1", /^TLSv1\.3$/],
      [
        "verify-ca, another authority",
        "postgres",
        "sslmode=verify-ca sslrootcert=F/other-root.crt",
        /certificate of localhost:\d+ cannot be trusted/,
      ],
      ["verify-ca without root certificate", "postgres", "sslmode=verify-ca", /root certificate file .*root\.crt does not exist/],
      ["verify-full", "postgres", "sslmode=verify-full sslrootcert=F/root.crt", /^TLSv1\.3$/],
      [
        "verify-full, another name",
        "postgres",
        "sslmode=verify-full sslrootcert=F/root.crt host=127.0.0.1",
        /certificate of 127\.0\.0\.1:\d+ is for another host name/,
      ],
      ["verify-full against the system's authorities", "postgres", "sslrootcert=system", /certificate of localhost:\d+ cannot be trusted/],
      ["a local socket has no TLS", "postgres", "sslmode=verify-full sslrootcert=F/root.crt host=SOCKET", /^plain$/],
    ];
    it.each(modes)("sslmode %s", async (_name, user, keywords, expected) => {
      expect(await connection(user, keywords.replace("SOCKET", server.socketDir))).toMatch(expected);
    });

    it("takes the root certificate from the home folder", async () => {
      await mkdir(join(folder, "home", ".postgresql"), { recursive: true });
      const file = join(folder, "home", ".postgresql", "root.crt");
      await writeFile(file, await readFile(join(folder, "root.crt")));
      expect(await connection("postgres", "sslmode=verify-full")).toBe("TLSv1.3");
      await rm(file);
    });

    it("client certificates: one that fits, none, one with a locked key, one that others may read", async () => {
      const files = "sslmode=verify-full sslrootcert=F/root.crt sslcert=F/bycert.crt";
      expect(await connection("bycert", `${files} sslkey=F/bycert.key`)).toBe("TLSv1.3");
      expect(await connection("bycert", `${files} sslkey=F/bycert.key`, openCatalogSession)).toBe("TLSv1.3");
      expect(await connection("bycert", "sslmode=require")).toMatch(/connection requires a valid client certificate/);
      expect(await connection("bycert", `${files} sslkey=F/locked.key sslpassword=k3y`)).toBe("TLSv1.3");
      expect(await connection("bycert", `${files} sslkey=F/locked.key`)).toMatch(/TLS with localhost:\d+ failed|passphrase|password/i);
      expect(await connection("bycert", `${files} sslkey=F/nothing.key`)).toMatch(/cannot read private key .*nothing\.key: no such file/);
      await chmod(join(folder, "bycert.key"), 0o644);
      expect(await connection("bycert", `${files} sslkey=F/bycert.key`)).toMatch(/private key file .* has group or world access/);
      await chmod(join(folder, "bycert.key"), 0o600);
    });

    it.each(["scram", "md5", "password"])("a password by %s, right and wrong, on both drivers", async (user) => {
      for (const open of [openDataChannel, openCatalogSession]) {
        for (const mode of ["disable", "require"]) {
          expect(await connection(user, `sslmode=${mode} ${password(user)}`, open)).toBe(mode === "require" ? "TLSv1.3" : "plain");
        }
        expect(await connection(user, "password=wrong", open)).toMatch(/^wrong password: password authentication failed for user/);
      }
    });

    it("channel binding", async () => {
      for (const open of [openDataChannel, openCatalogSession]) {
        expect(await connection("scram", `sslmode=require channel_binding=require ${password("scram")}`, open)).toBe("TLSv1.3");
        expect(await connection("scram", `sslmode=require channel_binding=disable ${password("scram")}`, open)).toBe("TLSv1.3");
        expect(await connection("scram", `sslmode=disable channel_binding=require ${password("scram")}`, open)).toMatch(
          /does not offer channel binding/,
        );
      }
    });

    it("direct TLS is for PostgreSQL 17 and newer", async () => {
      expect(await connection("postgres", "sslmode=require sslnegotiation=direct")).toMatch(major >= 17 ? /^TLSv1\.3$/ : /localhost:\d+/);
    });

    it("a local socket, a wrong database, a user that is not there", async () => {
      expect(await connection("postgres", `host=${server.socketDir}`)).toBe("plain");
      expect(await connection("scram", `host=${server.socketDir} ${password("scram")}`)).toBe("plain");
      expect(await connection("postgres", "dbname=nowhere")).toMatch(/^database "nowhere" does not exist on localhost:\d+$/);
      expect(await connection("nobody", "password=x")).toMatch(/^wrong password/);
      expect(await connection("nobody", `host=${server.socketDir}`)).toMatch(/refuses the connection: role "nobody" does not exist$/);
    });
  },
);
