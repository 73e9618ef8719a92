import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { dump, restore } from "../../src/index.ts";
import { corpusCases } from "../support/corpus.ts";
import { countDifferingLines, difference } from "../support/difference.ts";
import { hasProgram, normalizeDump, pgDump, wasmPgDump, withoutRows } from "../support/oracle.ts";
import type { TestServer } from "../support/server.ts";
import { describeOnServers } from "../support/server.ts";

/** Says what a database should look like as text. */
interface Judge {
  readonly name: string;
  /** Whether it writes rows as we do. */
  readonly rows: boolean;
  read(database: string, options?: readonly string[]): Promise<string>;
}

async function judgeFor(server: TestServer, folder: string): Promise<Judge> {
  if (await hasProgram("pg_dump", server.major)) {
    return { name: "pg_dump", rows: true, read: (database, options) => pgDump(server.major, server.url(database), options) };
  }
  if (server.major === 18)
    return { name: "pg_dump 18 of npm", rows: false, read: (database, options) => wasmPgDump(server, database, options) };
  return {
    name: "ourselves, for want of its pg_dump",
    rows: true,
    read: (database, options) => dumpPlain(server, database, folder, options),
  };
}

async function dumpPlain(server: TestServer, database: string, folder: string, options: readonly string[] = []): Promise<string> {
  const file = join(folder, `${database}.sql`);
  await dump({ connection: server.url(database), file, format: "plain", force: true, strict: true, ...ownOptions(options) });
  return readFile(file, "utf8");
}

/** pg_dump's long options, as far as cases use them, in the library's words. */
function ownOptions(options: readonly string[]) {
  const has = (option: string): boolean => options.includes(option);
  const values = (option: string): string[] =>
    options.filter((given) => given.startsWith(`${option}=`)).map((given) => given.slice(option.length + 1));
  const lists = { tables: values("--table"), excludeTables: values("--exclude-table"), excludeSchemas: values("--exclude-schema") };
  return {
    create: has("--create"),
    clean: has("--clean"),
    ifExists: has("--if-exists"),
    quoteAllIdentifiers: has("--quote-all-identifiers"),
    schemaOnly: has("--schema-only"),
    ...Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0)),
  };
}

await describeOnServers("corpus", (server) => {
  let folder = "";
  let judge: Judge;
  /** By case, in the order in which they ran. */
  const differingLines = new Map<string, number>();
  const cases = corpusCases().filter(({ majorMin, majorMax }) => majorMin <= server.major && server.major <= majorMax);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "pgstow-corpus-"));
    judge = await judgeFor(server, folder);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
    const perCase = [...differingLines].map(([name, lines]) => `  ${name}: ${String(lines)} differing lines`);
    const sum = [...differingLines.values()].reduce((total, lines) => total + lines, 0);
    const total = `${String(cases.length)} cases, ${String(sum)} differing lines (judged by ${judge.name})`;
    console.log([...perCase, `corpus, PostgreSQL ${String(server.major)}: ${total}`].join("\n"));
  });

  async function expectSame(name: string, expected: string, actual: string, what: string): Promise<void> {
    const lines = await countDifferingLines(expected, actual);
    differingLines.set(name, (differingLines.get(name) ?? 0) + lines);
    expect(await difference(expected, actual), `${what}: ${String(lines)} differing lines`).toBe("");
  }

  test.each(cases.map((corpusCase) => [`${corpusCase.kind}/${corpusCase.name}`, corpusCase] as const))("%s", async (title, corpusCase) => {
    const databases: string[] = [];
    const createDatabase = async (): Promise<string> => {
      const name = await server.createDatabase(`corpus_${corpusCase.kind}`);
      databases.push(name);
      return name;
    };
    try {
      const original = await createDatabase();
      await server.psql(original, { file: corpusCase.file });
      const expected = normalizeDump(await judge.read(original, corpusCase.options));
      const shown = judge.rows ? (text: string) => text : withoutRows;
      await expectSame(
        title,
        shown(expected),
        shown(normalizeDump(await dumpPlain(server, original, folder, corpusCase.options))),
        "our text",
      );
      if (corpusCase.dumpOnly || corpusCase.options.length > 0) return;

      const archive = join(folder, `${original}.sql.zst`);
      await dump({ connection: server.url(original), file: archive, strict: true });
      const copy = await createDatabase();
      await restore({ archive, connection: server.url(copy) });
      await expectSame(title, expected, normalizeDump(await judge.read(copy)), "the restored copy");
    } finally {
      for (const database of databases) await dropWithSubscriptions(server, database);
    }
  });
});

/** A database with subscriptions cannot be dropped, and theirs lead nowhere. */
async function dropWithSubscriptions(server: TestServer, database: string): Promise<void> {
  const subscriptions = await server.query(
    database,
    "SELECT quote_ident(s.subname) AS name FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()",
  );
  for (const { name } of subscriptions) {
    await server.query(database, `ALTER SUBSCRIPTION ${String(name)} DISABLE`);
    await server.query(database, `ALTER SUBSCRIPTION ${String(name)} SET (slot_name = NONE)`);
    await server.query(database, `DROP SUBSCRIPTION ${String(name)}`);
  }
  await server.dropDatabase(database);
}
