import { createServer } from "node:net";
import type { AddressInfo, Server, Socket } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import type { Diagnostic } from "../core/diagnostics.ts";
import { PgstowError } from "../core/errors.ts";
import { openCatalogSession } from "./catalog-session.ts";
import { openDataChannel } from "./data-channel.ts";
import { resolveSettings } from "./settings.ts";
import type { ConnectionSettings, SettingsInput } from "./settings.ts";

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

function frame(type: string, body: string): Buffer {
  const bytes = Buffer.from(body, "latin1");
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length + 4);
  return Buffer.concat([Buffer.from(type), length, bytes]);
}

const authentication = (code: number, more = ""): Buffer => frame("R", `\0\0\0${String.fromCharCode(code)}${more}`);
const refusal = (sqlstate: string, message: string): Buffer => frame("E", `SFATAL\0VFATAL\0C${sqlstate}\0M${message}\0\0`);
const parameter = (name: string, value: string): Buffer => frame("S", `${name}\0${value}\0`);
const READY = frame("Z", "I");
const KEY = frame("K", "\0\0\0\x07\0\0\0\x09");
const WELCOME = Buffer.concat([authentication(0), parameter("server_version", "16.3"), KEY, READY]);

interface Script {
  /** Answer to the request for TLS. */
  readonly tls?: string;
  /** Answer to the startup message. */
  readonly startup?: Buffer;
  /** Answer to each message after it; undefined closes. */
  readonly then?: (message: Buffer) => Buffer | undefined;
}

/** A server that speaks as it is told; gives its port and all that it was sent. */
async function serve(script: Script): Promise<{ port: number; heard: string[] }> {
  const heard: string[] = [];
  const server = createServer((socket) => {
    let started = false;
    socket.on("error", () => undefined);
    socket.on("data", (chunk) => {
      heard.push(chunk.toString("latin1"));
      if (chunk.length === 8 && chunk.readUInt32BE(4) === 80877103)
        return script.tls === "" ? socket.end() : socket.write(script.tls ?? "N");
      const answer = started ? script.then?.(chunk) : script.startup;
      started = true;
      if (answer === undefined) return socket.end();
      // A FATAL error is a server's last word.
      return answer[0] === 0x45 ? socket.end(answer) : socket.write(answer);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: (server.address() as AddressInfo).port, heard };
}

function settingsFor(ports: number | number[], keywords = "", input: SettingsInput = {}): Promise<ConnectionSettings> {
  const list = [ports].flat();
  const dbname = `host=${list.map(() => "127.0.0.1").join(",")} port=${list.join(",")} user=u dbname=d ${keywords}`;
  return resolveSettings({ ...input, dbname }, { HOME: "/nonexistent" });
}

async function failure(settings: ConnectionSettings): Promise<PgstowError> {
  try {
    await (await openDataChannel(settings)).close();
  } catch (error) {
    expect(error).toBeInstanceOf(PgstowError);
    expect((error as PgstowError).message).not.toContain("\n");
    return error as PgstowError;
  }
  throw new Error("connected");
}

describe("what is wrong with a connection is one line with a hint", () => {
  const cases: [string, Script, string, string, RegExp][] = [
    ["wrong password", { startup: refusal("28P01", 'password authentication failed for user "u"') }, "", "wrong password", /PGPASSWORD/],
    [
      "unknown database",
      { startup: refusal("3D000", 'database "d" does not exist') },
      "",
      'database "d" does not exist on 127.0.0.1',
      /-d/,
    ],
    ["unknown user", { startup: refusal("28000", 'role "u" does not exist') }, "", 'role "u" does not exist', /-U/],
    [
      "TLS wanted by pg_hba.conf",
      { startup: refusal("28000", "no pg_hba.conf entry for host, no encryption") },
      "",
      "refuses the connection",
      /sslmode=require/,
    ],
    ["no free connection", { startup: refusal("53300", "sorry, too many clients already") }, "", "no free connection", /max_connections/],
    ["starting up", { startup: refusal("57P03", "the database system is starting up") }, "", "accepts no connections now", /started/],
    ["no TLS", {}, "sslmode=require", "does not support TLS, but sslmode=require asks for it", /sslmode=prefer/],
    ["closed when asked for TLS", { tls: "" }, "sslmode=require", "the server closed the connection when asked for TLS", /^$/],
    [
      "not a PostgreSQL server",
      { tls: "H", startup: Buffer.from("HTTP/1.1 400 Bad Request\r\n\r\n") },
      "sslmode=disable",
      "does not speak PostgreSQL's protocol",
      /host and port/,
    ],
    [
      "not a PostgreSQL server, asked for TLS",
      { tls: "HTTP/1.1 400 Bad Request" },
      "sslmode=require",
      "unencrypted data after the answer",
      /^$/,
    ],
    ["closed at once", {}, "sslmode=disable", "the server closed the connection", /^$/],
    ["GSSAPI", { startup: authentication(7) }, "", "asks for GSSAPI authentication, which is not supported", /scram-sha-256/],
    ["an authentication of the future", { startup: authentication(99) }, "", "asks for an unknown kind of authentication", /scram/],
    [
      "a method that is ruled out",
      { startup: authentication(3) },
      "require_auth=scram-sha-256 password=x",
      "plain password authentication, which require_auth rules out",
      /^$/,
    ],
    [
      "no authentication at all, ruled out",
      { startup: WELCOME },
      "require_auth=!none",
      "no authentication, which require_auth rules out",
      /^$/,
    ],
    [
      "channel binding without TLS",
      { startup: authentication(10, "SCRAM-SHA-256\0\0") },
      "channel_binding=require password=x",
      "does not offer channel binding",
      /needs TLS/,
    ],
    [
      "channel binding with md5",
      { startup: authentication(5, "salt") },
      "channel_binding=require password=x",
      "channel_binding=require, but the server asks for md5",
      /prefer/,
    ],
    [
      "a server that guesses at SCRAM",
      { startup: authentication(10, "SCRAM-SHA-256\0\0"), then: () => authentication(11, "r=evil,s=AA==,i=1") },
      "password=x",
      "the nonce is not ours",
      /may not be the server/,
    ],
    ["a password that nobody gave", { startup: authentication(3) }, "", 'asks for a password of user "u" and none was given', /PGPASSWORD/],
  ];
  it.each(cases)("%s", async (_name, script, keywords, message, hint) => {
    const { port } = await serve(script);
    const error = await failure(await settingsFor(port, keywords));
    expect(error.code).toBe("connection");
    expect(error.message).toContain(message);
    expect(error.message).toContain(`127.0.0.1:${port}`);
    expect(error.hint ?? "").toMatch(hint);
  });

  it("a closed port, an unknown host, a missing socket", async () => {
    const { port } = await serve({});
    servers.splice(0).forEach((server) => server.close());
    expect(await failure(await settingsFor(port))).toMatchObject({
      code: "connection",
      message: `cannot connect to 127.0.0.1:${port}: connection refused`,
    });
    const unknown = await resolveSettings({ host: "no-such-host.invalid" }, {});
    expect((await failure(unknown)).message).toMatch(/no-such-host\.invalid:5432: the host name (is unknown|cannot be looked up now)/);
    const socket = await resolveSettings({ host: "/nonexistent", port: 1 }, {});
    expect((await failure(socket)).message).toBe("cannot connect to socket /nonexistent/.s.PGSQL.1: there is no such socket");
  });

  it("a server that does not answer in time", async () => {
    const silent = createServer(() => undefined);
    servers.push(silent);
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const sockets: Socket[] = [];
    silent.on("connection", (socket) => sockets.push(socket));
    const { port } = silent.address() as AddressInfo;
    const error = await failure(await settingsFor(port, "connect_timeout=1"));
    expect(error.message).toBe(`cannot connect to 127.0.0.1:${port}: no answer in time`);
    sockets.forEach((socket) => socket.destroy());
  });

  it("never shows the password", async () => {
    const { port } = await serve({ startup: authentication(3), then: () => refusal("28P01", "no") });
    expect(inspect(await failure(await settingsFor(port, "password=s3cret")), { depth: 9 })).not.toContain("s3cret");
  });
});

describe("passwords", () => {
  const asksAndTakes = { startup: authentication(3), then: (message: Buffer) => (message.toString().startsWith("p") ? WELCOME : READY) };

  it("are typed once for all sessions of the same settings, and only when the server wants one", async () => {
    const { port, heard } = await serve(asksAndTakes);
    const prompts: string[] = [];
    const askPassword = (prompt: string): Promise<string> => {
      prompts.push(prompt);
      return Promise.resolve("typed");
    };
    const settings = await settingsFor(port, "", { askPassword });
    await (await openDataChannel(settings)).close();
    await (await openCatalogSession(settings)).close();
    expect(prompts).toEqual(["Password for user u: "]);
    expect(heard.filter((text) => text.includes("typed\0"))).toHaveLength(2);

    const trusting = await serve({ startup: WELCOME });
    await (await openDataChannel(await settingsFor(trusting.port, "", { askPassword }))).close();
    expect(prompts).toHaveLength(1);
    await (await openDataChannel(await settingsFor(trusting.port, "", { askPassword, prompt: "first" }))).close();
    expect(prompts).toHaveLength(2);
  });

  it("are not asked for with -w, nor when one is known", async () => {
    const { port } = await serve(asksAndTakes);
    const askPassword = (): Promise<string> => Promise.reject(new Error("asked"));
    expect((await failure(await settingsFor(port, "", { askPassword, prompt: "never" }))).message).toContain("none was given");
    await (await openDataChannel(await settingsFor(port, "password=known", { askPassword }))).close();
  });
});

describe("several hosts", () => {
  const down = refusal("57P03", "the database system is shutting down");
  const state = (standby: "on" | "off", readOnly: "on" | "off"): Script => ({
    startup: Buffer.concat([
      authentication(0),
      parameter("in_hot_standby", standby),
      parameter("default_transaction_read_only", readOnly),
      KEY,
      READY,
    ]),
  });

  async function reached(keywords: string, ...scripts: Script[]): Promise<number | string> {
    const fakes = [];
    for (const script of scripts) fakes.push(await serve(script));
    const settings = await settingsFor(
      fakes.map(({ port }) => port),
      keywords,
    );
    try {
      const channel = await openDataChannel(settings);
      await channel.close();
    } catch (error) {
      return (error as Error).message;
    }
    return fakes.findLastIndex(({ heard }) => heard.length > 0);
  }

  it("the next one is tried when one cannot be reached or takes nobody, not when it refuses", async () => {
    expect(await reached("", {}, { startup: WELCOME })).toBe(1);
    expect(await reached("", { startup: down }, { startup: WELCOME })).toBe(1);
    expect(await reached("", { startup: refusal("28P01", "no") }, { startup: WELCOME })).toContain("wrong password");
    expect(await reached("", { startup: down }, { startup: down })).toMatch(
      /^none of 2 hosts can be used: .*accepts no connections now.*; .*accepts/,
    );
  });

  it("target_session_attrs picks by what the server reports", async () => {
    const primary = state("off", "off");
    const standby = state("on", "off");
    expect(await reached("target_session_attrs=any", primary, standby)).toBe(0);
    expect(await reached("target_session_attrs=standby", primary, standby)).toBe(1);
    expect(await reached("target_session_attrs=primary", standby, primary)).toBe(1);
    expect(await reached("target_session_attrs=read-only", primary, state("off", "on"))).toBe(1);
    expect(await reached("target_session_attrs=read-write", state("off", "on"), standby, primary)).toBe(2);
    expect(await reached("target_session_attrs=prefer-standby", primary, standby)).toBe(1);
    expect(await reached("target_session_attrs=prefer-standby", primary)).toBe(0);
    expect(await reached("target_session_attrs=standby", primary)).toContain("the server is not a standby");
  });

  it("asks a server that does not report its role", async () => {
    const row = frame("D", "\0\x02\0\0\0\x02on\0\0\0\x01t");
    const old = { startup: WELCOME, then: () => Buffer.concat([row, frame("C", "SELECT 1\0"), READY]) };
    expect(await reached("target_session_attrs=standby", old)).toBe(0);
    expect(await reached("target_session_attrs=primary", old)).toContain("the server is a standby");
  });
});

describe("sessions", () => {
  it("tell the server who connects and what for, whatever the driver", async () => {
    for (const open of [openCatalogSession, openDataChannel]) {
      const { port, heard } = await serve({ startup: WELCOME });
      const settings = await resolveSettings(
        { dbname: `host=127.0.0.1 port=${port} user=u dbname=d sslmode=disable options='-c x=1'` },
        { PGTZ: "UTC" },
      );
      const session = await open(settings);
      expect(session).toMatchObject({ serverVersion: "16.3", serverVersionNum: 160003, major: 16 });
      await session.close();
      expect(heard[0]).toContain(
        "user\0u\0database\0d\0application_name\0pgstow\0client_encoding\0UTF8\0timezone\0UTC\0options\0-c x=1\0\0",
      );
      expect(heard[1]).toBe("X\0\0\0\x04");
    }
  });

  it("send a batch of queries without waiting, and count it as one round trip", async () => {
    const count = 500;
    const sql = `select '${"x".repeat(30_000)}'`;
    let bytesToCome = count * (sql.length + 6);
    const answer = Buffer.concat([frame("I", ""), READY]);
    // Answers nothing until all queries of the batch are there: a driver that waited would wait for ever.
    const { port } = await serve({
      startup: WELCOME,
      then(message) {
        bytesToCome -= message.length;
        return bytesToCome === 0 ? Buffer.concat(Array.from({ length: count }, () => answer)) : Buffer.alloc(0);
      },
    });
    const session = await openCatalogSession(await settingsFor(port));
    await Promise.all(Array.from({ length: count }, () => session.query(sql)));
    expect(session.roundTrips).toBe(1);
    await session.close();
  });

  it("report notices as diagnostics", async () => {
    const notice = frame("N", "SWARNUNG\0VWARNING\0C01000\0Mcareful\0Ddetail\0\0");
    const { port } = await serve({ startup: Buffer.concat([notice, WELCOME]), then: () => Buffer.concat([notice, frame("I", ""), READY]) });
    for (const open of [openCatalogSession, openDataChannel]) {
      const found: Diagnostic[] = [];
      const session = await open(await settingsFor(port), { onDiagnostic: (diagnostic) => found.push(diagnostic) });
      await session.query("x");
      const expected = { severity: "warning", code: "server-notice", message: "careful" };
      expect(found).toMatchObject([expected, expected]);
      await session.close();
    }
  });

  it("that end under a query say so, with the server's last words", async () => {
    for (const open of [openCatalogSession, openDataChannel]) {
      const cut = await serve({ startup: WELCOME });
      const session = await open(await settingsFor(cut.port));
      await expect(session.query("select 1")).rejects.toMatchObject({
        code: "connection-lost",
        message: expect.stringContaining('database "d" on 127.0.0.1') as string,
      });
      await expect(session.query("select 2")).rejects.toMatchObject({ code: "connection-lost" });
      await session.close();

      const ended = await serve({
        startup: WELCOME,
        then: (message) => (message.toString().startsWith("Q") ? refusal("57P01", "terminated by the admin") : undefined),
      });
      const other = await open(await settingsFor(ended.port));
      await expect(other.query("select 1")).rejects.toMatchObject({
        code: "connection-lost",
        message: "the server ended the session: terminated by the admin",
        context: { sqlstate: "57P01" },
      });
      await other.close();
    }
  });

  it("are not opened for an aborted caller, and end when it aborts", async () => {
    const { port } = await serve({ startup: WELCOME, then: () => Buffer.alloc(0) });
    const settings = await settingsFor(port);
    await expect(openDataChannel(settings, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "aborted" });
    for (const open of [openCatalogSession, openDataChannel]) {
      const controller = new AbortController();
      const session = await open(settings, { signal: controller.signal });
      const query = session.query("select pg_sleep(1000)");
      controller.abort();
      await expect(query).rejects.toMatchObject({ code: "aborted" });
      await session.close();
    }
  });
});
