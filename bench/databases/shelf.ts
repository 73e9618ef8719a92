import type { BenchServer } from "../server.ts";
import type { DatabaseSpec } from "./specs.ts";
import { withClient } from "./sql-client.ts";

const prefix = "pgstow_bench_";
const target = `${prefix}target`;

/** The databases of one run: each is filled when it is first asked for. */
export class DatabaseShelf {
  readonly #server: BenchServer;
  readonly #onStep: (text: string) => void;
  readonly #filled = new Map<string, Promise<string>>();

  constructor(server: BenchServer, onStep: (text: string) => void) {
    this.#server = server;
    this.#onStep = onStep;
  }

  /** Gives its URL. */
  open(spec: DatabaseSpec): Promise<string> {
    let url = this.#filled.get(spec.name);
    if (url === undefined) this.#filled.set(spec.name, (url = this.#fill(spec)));
    return url;
  }

  async drop(spec: DatabaseSpec): Promise<void> {
    if (!this.#filled.delete(spec.name)) return;
    await this.#drop(prefix + spec.name);
  }

  /** The database to restore into. */
  get targetUrl(): string {
    return this.#server.url(target);
  }

  /** An empty target, in place of the one before it; no run pays for the writes of what was before. */
  async freshTarget(): Promise<void> {
    await this.#create(target);
    await this.#onServer("CHECKPOINT");
  }

  async dropAll(): Promise<void> {
    for (const name of this.#filled.keys()) await this.#drop(prefix + name);
    this.#filled.clear();
    await this.#drop(target);
  }

  async #fill(spec: DatabaseSpec): Promise<string> {
    const name = prefix + spec.name;
    this.#onStep(`filling a database: ${spec.title}`);
    await this.#create(name);
    await withClient(this.#server.url(name), async (client) => {
      await spec.fill(client);
      // Settles hint bits and statistics once, for everybody.
      await client.query("VACUUM (ANALYZE)");
      await client.query("CHECKPOINT");
    });
    return this.#server.url(name);
  }

  async #create(name: string): Promise<void> {
    await this.#drop(name);
    await this.#onServer(`CREATE DATABASE ${name} TEMPLATE template0 ENCODING 'UTF8'`);
  }

  #drop(name: string): Promise<void> {
    return this.#onServer(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  }

  async #onServer(statement: string): Promise<void> {
    await withClient(this.#server.url("postgres"), (client) => client.query(statement));
  }
}
