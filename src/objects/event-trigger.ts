import { classOids, FIRST_NORMAL_OID } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { RenderContext } from "./kind.ts";
import { newObjectState } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { withEverything } from "./selection.ts";

export interface EventTrigger extends CatalogObject {
  readonly kind: "event-trigger";
  readonly event: string;
  /** Command tags as literals, separated by commas; "" for all. */
  readonly tags: string;
  /** regproc text */
  readonly function: string;
  /** O origin (the default), D disabled, R replica, A always. */
  readonly enabled: string;
}

interface EventTriggerRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly event: string;
  readonly tags: string;
  readonly function: string;
  readonly enabled: string;
}

const read = catalogRead<EventTriggerRow>({
  name: "event triggers",
  phase: "inventory",
  query: () => `
    SELECT e.oid, e.evtname AS name, e.evtowner AS owner, e.evtevent AS event,
      pg_catalog.array_to_string(ARRAY(SELECT pg_catalog.quote_literal(x) FROM pg_catalog.unnest(e.evttags) AS t(x)), ', ') AS tags,
      e.evtfoid::pg_catalog.regproc::text AS function, e.evtenabled::text AS enabled
    FROM pg_catalog.pg_event_trigger e
    ORDER BY e.oid`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<EventTrigger>({
        kind: "event-trigger",
        classOid: classOids.pg_event_trigger,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        event: row.event,
        tags: row.tags,
        function: row.function,
        enabled: row.enabled,
        ...newObjectState(),
      });
    }
  },
});

const STATES: Readonly<Record<string, string>> = { D: "DISABLE", A: "ENABLE ALWAYS", R: "ENABLE REPLICA" };

function renderEventTrigger(object: EventTrigger, { q }: RenderContext): string {
  const name = q(object.name);
  const when = object.tags === "" ? "" : `\n         WHEN TAG IN (${object.tags})`;
  const state = STATES[object.enabled];
  const alter = state === undefined ? "" : `\nALTER EVENT TRIGGER ${name} ${state};\n`;
  return `CREATE EVENT TRIGGER ${name} ON ${q(object.event)}${when}\n   EXECUTE FUNCTION ${object.function}();\n${alter}`;
}

export const eventTrigger = objectKind<EventTrigger>({
  kind: "event-trigger",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, object.oid < FIRST_NORMAL_OID),
  section: () => "post-data",
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    return {
      definition: {
        kind: "EVENT TRIGGER",
        tag: object.name,
        section: "post-data",
        create: renderEventTrigger(object, context),
        drop: `DROP EVENT TRIGGER ${name};\n`,
      },
      parts: standardParts(object, { target: `EVENT TRIGGER ${name}`, labelled: true }),
    };
  },
});
