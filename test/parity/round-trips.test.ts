import { Writable } from "node:stream";
import { expect, test } from "vitest";
import { dump } from "../../src/index.ts";
import { countRoundTrips } from "../support/round-trips.ts";
import { describeOnServers } from "../support/server.ts";

/** Tables with all that hangs on them, views and functions: `count` of each, each with a text that only the server can give. */
function objects(count: number): string {
  return `DO $$ BEGIN FOR i IN 1..${String(count)} LOOP
    EXECUTE pg_catalog.format('CREATE TABLE public.t%1$s (id serial PRIMARY KEY, a integer DEFAULT 1 CHECK (a > 0) REFERENCES public.t%1$s);
      CREATE INDEX ON public.t%1$s (a); COMMENT ON TABLE public.t%1$s IS ''%1$s'';
      CREATE FUNCTION public.f%1$s() RETURNS trigger LANGUAGE plpgsql AS ''BEGIN RETURN NEW; END'';
      CREATE TRIGGER g BEFORE INSERT ON public.t%1$s FOR EACH ROW EXECUTE FUNCTION public.f%1$s();
      CREATE POLICY p ON public.t%1$s; CREATE RULE r AS ON INSERT TO public.t%1$s DO NOTHING;
      CREATE TYPE public.e%1$s AS ENUM (''a''); CREATE DOMAIN public.d%1$s AS integer CHECK (VALUE > 0);
      CREATE VIEW public.v%1$s AS SELECT id FROM public.t%1$s;', i);
  END LOOP; END $$`;
}

await describeOnServers("round trips of a dump", (server) => {
  async function roundTripsFor(count: number): Promise<number> {
    const database = await server.createDatabase("round_trips");
    const counter = await countRoundTrips(server.host, server.port);
    try {
      await server.query(database, objects(count));
      const url = new URL(server.url(database));
      url.port = String(counter.port);
      url.searchParams.set("sslmode", "disable");
      const output = new Writable({ write: (_bytes, _encoding, done) => done() });
      await dump({ connection: url.href, output, format: "plain", schemaOnly: true });
      return counter.roundTrips();
    } finally {
      counter.close();
      await server.dropDatabase(database);
    }
  }

  test("are few, and as many for 300 objects of each kind as for 10", async () => {
    const few = await roundTripsFor(10);
    console.log(`a dump of definitions from PostgreSQL ${String(server.major)}: ${String(few)} round trips`);
    expect(few).toBeGreaterThan(1);
    expect(few).toBeLessThanOrEqual(10);
    expect(await roundTripsFor(300)).toBe(few);
  });
});
