import { oidArray } from "../../core/sql-text.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Definition, RenderContext } from "../kind.ts";
import { component, newTablePartState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { renderDummySelect, renderViewBody } from "./view.ts";
import type { Relation } from "./relation.ts";

/** A rewrite rule. That of a view is its query: hidden, unless a dependency loop had to be broken there. */
export interface Rule extends CatalogObject {
  readonly kind: "rule";
  readonly table: Relation;
  readonly isViewQuery: boolean;
  /** O origin (the default), D disabled, R replica, A always. */
  readonly enabled: string;
  text: string;
}

interface RuleRow {
  readonly oid: number;
  readonly name: string;
  readonly relation: number;
  readonly event: string;
  readonly is_instead: boolean;
  readonly enabled: string;
}

const read = catalogRead<RuleRow>({
  name: "rules",
  phase: "inventory",
  query: ({ selection }) => `
    SELECT r.oid, r.rulename AS name, r.ev_class AS relation, r.ev_type::text AS event, r.is_instead, r.ev_enabled::text AS enabled
    FROM pg_catalog.pg_rewrite r
    WHERE r.oid >= ${FIRST_NORMAL_OID.toString()} OR r.ev_class = ANY (${oidArray(selection.tables ?? [])})
    ORDER BY r.oid`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const table = inventory.relation(row.relation);
      if (table === undefined) continue;
      const isViewQuery = (table.relkind === "v" || table.relkind === "m") && row.event === "1" && row.is_instead;
      const rule = inventory.add<Rule>({
        kind: "rule",
        classOid: classOids.pg_rewrite,
        oid: row.oid,
        name: row.name,
        loopRole: isViewQuery ? "view-rule" : "other",
        table,
        isViewQuery,
        enabled: row.enabled,
        text: "",
        ...newTablePartState(table),
      });
      rule.separate = !isViewQuery;
      rule.partOf = table;
      if (isViewQuery) {
        table.viewRule = rule;
        table.dependencies.push(rule);
      } else {
        rule.dependencies.push(table);
      }
    }
  },
});

interface TextRow {
  readonly oid: number;
  readonly text: string;
}

const textRead = catalogRead<TextRow>({
  name: "rule definitions",
  phase: "details",
  query: ({ inventory }) => {
    const rules = inventory.ofKind<Rule>("rule").filter((rule) => rule.separate && wants(rule, component.definition));
    if (rules.length === 0) return null;
    return `
    SELECT src.oid, pg_catalog.pg_get_ruledef(src.oid) AS text
    FROM pg_catalog.unnest(${oidArray(rules.map((rule) => rule.oid))}) AS src(oid)`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_rewrite, row.oid) as Rule).text = row.text;
  },
});

const STATES: Readonly<Record<string, string>> = { D: "DISABLE RULE", A: "ENABLE ALWAYS RULE", R: "ENABLE REPLICA RULE" };

function definition(rule: Rule, context: RenderContext): Definition {
  const { q, qualified } = context;
  const table = qualified(rule.table);
  const state = STATES[rule.enabled];
  const alter = state === undefined ? "" : `ALTER TABLE ${table} ${state} ${q(rule.name)};\n`;
  const create = rule.isViewQuery ? `CREATE OR REPLACE VIEW ${renderViewBody(rule.table, context)}` : `${rule.text}\n`;
  const drop = rule.isViewQuery
    ? `CREATE OR REPLACE VIEW ${table} AS\n${renderDummySelect(rule.table, context)};\n`
    : `DROP RULE ${q(rule.name)} ON ${table};\n`;
  return { kind: "RULE", tag: `${rule.table.name} ${rule.name}`, section: "post-data", create: create + alter, drop };
}

export const rule = objectKind<Rule>({
  kind: "rule",
  reads: [read, textRead],
  select: (object) => object.table.wanted,
  section: (object) => (object.separate ? "post-data" : "pre-data"),
  sortKey: (object) => ({ schema: object.schema?.name ?? null, name: object.name, ties: [object.table.name] }),
  describe: (object, context) => {
    if (!object.separate) return null;
    const { q, qualified } = context;
    const target = `RULE ${q(object.name)} ON `;
    return {
      definition: definition(object, context),
      parts: [
        {
          type: "comment",
          target: target + qualified(object.table),
          tag: target + q(object.table.name),
          classOid: classOids.pg_rewrite,
          oid: object.oid,
        },
      ],
    };
  },
});
