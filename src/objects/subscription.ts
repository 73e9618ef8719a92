import { parseArrayOfText } from "../core/array-text.ts";
import { classOids } from "./class-oids.ts";
import { catalogRead, objectKind } from "./kind.ts";
import type { ReadContext, RenderContext } from "./kind.ts";
import { newObjectState } from "./object.ts";
import type { CatalogObject } from "./object.ts";
import { standardParts } from "./parts.ts";
import { withEverything } from "./selection.ts";

/** A subscription of this database. Its connection string may hold a password: it stands in the dump and nowhere else. */
export interface Subscription extends CatalogObject {
  readonly kind: "subscription";
  readonly connection: string;
  readonly publications: readonly string[];
  /** null for NONE */
  readonly slotName: string | null;
  readonly settings: SubscriptionSettings;
}

interface SubscriptionSettings {
  readonly is_binary: boolean;
  readonly streaming: string;
  readonly two_phase: string;
  readonly disable_on_error: boolean;
  readonly password_required: boolean;
  readonly run_as_owner: boolean;
  readonly failover: boolean;
  readonly synchronous_commit: string;
  readonly origin: string | null;
}

interface PresenceRow {
  readonly subscriptions: number;
  readonly superuser: boolean;
}

/** Connection strings are for superusers; everybody may count. */
const presenceRead = catalogRead<PresenceRow>({
  name: "presence of subscriptions",
  phase: "inventory",
  query: ({ selection }) =>
    selection.subscriptions && selection.everything
      ? `
    SELECT pg_catalog.count(*)::int4 AS subscriptions, pg_catalog.current_setting('is_superuser') = 'on' AS superuser
    FROM pg_catalog.pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`
      : null,
  read: (rows, { inventory, onDiagnostic }) => {
    const [row] = rows;
    if (row === undefined || row.subscriptions === 0) return;
    inventory.readsSubscriptions = row.superuser;
    if (row.superuser) return;
    onDiagnostic({
      severity: "warning",
      code: "unreadable-subscriptions",
      message: "subscriptions are left out: the dumping role is not a superuser",
      hint: "Dump as a superuser, or use --no-subscriptions.",
    });
  },
});

interface SubscriptionRow extends SubscriptionSettings {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly connection: string;
  readonly publications: string;
  readonly slot_name: string | null;
}

const read = catalogRead<SubscriptionRow>({
  name: "subscriptions",
  phase: "details",
  query: ({ inventory, major }) => {
    if (!inventory.readsSubscriptions) return null;
    const since = (version: number, column: string, otherwise: string): string => (major >= version ? column : otherwise);
    return `
    SELECT s.oid, s.subname AS name, s.subowner AS owner, s.subconninfo AS connection, s.subpublications AS publications,
      s.subslotname AS slot_name, s.subsynccommit AS synchronous_commit, ${since(14, "s.subbinary", "false")} AS is_binary,
      ${since(14, "s.substream::text", "'f'")} AS streaming, ${since(15, "s.subtwophasestate::text", "'d'")} AS two_phase,
      ${since(15, "s.subdisableonerr", "false")} AS disable_on_error, ${since(16, "s.subpasswordrequired", "true")} AS password_required,
      ${since(16, "s.subrunasowner", "false")} AS run_as_owner, ${since(16, "s.suborigin", "NULL")} AS origin,
      ${since(17, "s.subfailover", "false")} AS failover
    FROM pg_catalog.pg_subscription s
    WHERE s.subdbid = (SELECT d.oid FROM pg_catalog.pg_database d WHERE d.datname = pg_catalog.current_database())`;
  },
  read: (rows, context) => {
    for (const row of rows) addSubscription(row, context);
  },
});

function addSubscription(row: SubscriptionRow, { inventory, selection }: ReadContext): void {
  const subscription = inventory.add<Subscription>({
    kind: "subscription",
    classOid: classOids.pg_subscription,
    oid: row.oid,
    name: row.name,
    schema: null,
    owner: inventory.role(row.owner),
    acl: null,
    loopRole: "other",
    connection: row.connection,
    publications: parseArrayOfText(row.publications),
    slotName: row.slot_name,
    settings: row,
    ...newObjectState(),
  });
  subscription.wanted = withEverything(subscription, selection, false);
}

/** Options that differ from their defaults, in the order in which they are printed. */
function renderOptions(row: SubscriptionSettings, { q, major }: RenderContext): string[] {
  const options: string[] = [];
  if (row.is_binary) options.push("binary = true");
  // Parallel streaming is the default from 18 on, where every value is spelled out.
  const streaming = { t: "on", true: "on", p: "parallel" }[row.streaming] ?? (major >= 18 ? "off" : null);
  if (streaming !== null) options.push(`streaming = ${streaming}`);
  if (row.two_phase !== "d") options.push("two_phase = on");
  if (row.disable_on_error) options.push("disable_on_error = true");
  if (!row.password_required) options.push("password_required = false");
  if (row.run_as_owner) options.push("run_as_owner = true");
  if (row.failover) options.push("failover = true");
  if (row.synchronous_commit !== "off") options.push(`synchronous_commit = ${q(row.synchronous_commit)}`);
  if (row.origin !== null && row.origin !== "any") options.push(`origin = ${row.origin}`);
  return options;
}

function renderSubscription(object: Subscription, context: RenderContext): string {
  const { q, literal } = context;
  const slot = `slot_name = ${object.slotName === null ? "NONE" : literal(object.slotName)}`;
  return (
    `CREATE SUBSCRIPTION ${q(object.name)} CONNECTION ${literal(object.connection)} PUBLICATION ${object.publications.map(q).join(", ")} ` +
    `WITH (${["connect = false", slot, ...renderOptions(object.settings, context)].join(", ")});\n`
  );
}

export const subscription = objectKind<Subscription>({
  kind: "subscription",
  reads: [presenceRead, read],
  section: () => "post-data",
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    return {
      definition: {
        kind: "SUBSCRIPTION",
        tag: object.name,
        section: "post-data",
        create: renderSubscription(object, context),
        drop: `DROP SUBSCRIPTION ${name};\n`,
      },
      parts: standardParts(object, { target: `SUBSCRIPTION ${name}`, labelled: true }),
    };
  },
});
