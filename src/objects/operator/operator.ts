import { oidArray } from "../../core/sql-text.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import type { Inventory } from "../inventory.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";

export interface Operator extends CatalogObject {
  readonly kind: "operator";
  /** l prefix, b infix, r postfix (up to 13) */
  readonly oprkind: string;
  /** OIDs of types; 0 for a missing side. */
  readonly left: number;
  readonly right: number;
  /** Named as another one's commutator or negator and never made: no object to dump. */
  readonly isShell: boolean;
  details: OperatorDetails | null;
}

interface OperatorRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly oprkind: string;
  readonly left: number;
  readonly right: number;
  readonly is_shell: boolean;
}

const read = catalogRead<OperatorRow>({
  name: "operators",
  phase: "inventory",
  query: () => `
    SELECT o.oid, o.oprname AS name, o.oprnamespace AS schema, o.oprowner AS owner, o.oprkind::text AS oprkind,
      o.oprleft AS left, o.oprright AS right, o.oprcode::pg_catalog.oid = 0 AS is_shell
    FROM pg_catalog.pg_operator o
    WHERE o.oid >= ${FIRST_NORMAL_OID.toString()}`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Operator>({
        kind: "operator",
        classOid: classOids.pg_operator,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: null,
        loopRole: "other",
        oprkind: row.oprkind,
        left: row.left,
        right: row.right,
        isShell: row.is_shell,
        details: null,
        ...newObjectState(),
      });
    }
  },
});

interface OperatorDetails {
  /** regprocedure texts; "-" for none. */
  readonly function: string;
  readonly restrict: string;
  readonly join: string;
  readonly commutator_schema: string | null;
  readonly commutator: string | null;
  readonly negator_schema: string | null;
  readonly negator: string | null;
  readonly merges: boolean;
  readonly hashes: boolean;
}

const detailsRead = catalogRead<OperatorDetails & { readonly oid: number }>({
  name: "operator definitions",
  phase: "details",
  query: ({ inventory }) => {
    const wanted = inventory.ofKind<Operator>("operator").filter((operator) => wants(operator, component.definition));
    if (wanted.length === 0) return null;
    return `
    SELECT o.oid, o.oprcode::pg_catalog.regprocedure::text AS function, o.oprrest::pg_catalog.regprocedure::text AS restrict,
      o.oprjoin::pg_catalog.regprocedure::text AS join, cn.nspname AS commutator_schema, c.oprname AS commutator,
      nn.nspname AS negator_schema, n.oprname AS negator, o.oprcanmerge AS merges, o.oprcanhash AS hashes
    FROM pg_catalog.pg_operator o
    LEFT JOIN pg_catalog.pg_operator c ON c.oid = o.oprcom
    LEFT JOIN pg_catalog.pg_namespace cn ON cn.oid = c.oprnamespace
    LEFT JOIN pg_catalog.pg_operator n ON n.oid = o.oprnegate
    LEFT JOIN pg_catalog.pg_namespace nn ON nn.oid = n.oprnamespace
    WHERE o.oid = ANY (${oidArray(wanted.map((operator) => operator.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_operator, row.oid) as Operator).details = row;
  },
});

/** `schema.name` of a regprocedure's text `schema.name(integer,text)`; quoted names may hold parentheses. */
export function withoutArguments(signature: string): string {
  return /^(?:"(?:[^"]|"")*"|[^"(])*/.exec(signature)?.[0] ?? signature;
}

/** `(integer, text)`, with NONE for a missing side. */
function operands(operator: Operator, { inventory }: RenderContext): string {
  const side = (oid: number): string => (oid === 0 ? "NONE" : inventory.typeName(oid).formatted);
  return `(${side(operator.left)}, ${side(operator.right)})`;
}

function renderOperator(operator: Operator, { q, inventory }: RenderContext): string {
  const { details } = operator;
  if (details === null) return "";
  const properties = [`FUNCTION = ${withoutArguments(details.function)}`];
  const addOperator = (word: string, schema: string | null, name: string | null): void => {
    if (schema !== null && name !== null) properties.push(`${word} = OPERATOR(${q(schema)}.${name})`);
  };
  const addFunction = (word: string, signature: string): void => {
    if (signature !== "-") properties.push(`${word} = ${withoutArguments(signature)}`);
  };
  if (operator.left !== 0) properties.push(`LEFTARG = ${inventory.typeName(operator.left).formatted}`);
  if (operator.right !== 0) properties.push(`RIGHTARG = ${inventory.typeName(operator.right).formatted}`);
  addOperator("COMMUTATOR", details.commutator_schema, details.commutator);
  addOperator("NEGATOR", details.negator_schema, details.negator);
  if (details.merges) properties.push("MERGES");
  if (details.hashes) properties.push("HASHES");
  addFunction("RESTRICT", details.restrict);
  addFunction("JOIN", details.join);
  return `CREATE OPERATOR ${qualifiedOperator(operator, q)} (\n    ${properties.join(",\n    ")}\n);\n`;
}

/** Operators' own names are never quoted. */
function qualifiedOperator(operator: Operator, q: RenderContext["q"]): string {
  return `${q(operator.schema?.name ?? "")}.${operator.name}`;
}

/** Postfix before prefix before infix, as the letters compare backwards; then by the operands' types. */
function ties(operator: Operator, inventory: Inventory): (string | number)[] {
  const [left, right] = [inventory.typeName(operator.left), inventory.typeName(operator.right)];
  return [-(operator.oprkind.codePointAt(0) ?? 0), left.schema, left.name, right.schema, right.name];
}

export const operator = objectKind<Operator>({
  kind: "operator",
  reads: [read, detailsRead],
  select: (object) => bySchema(object),
  sortKey: (object, inventory) => ({
    schema: object.schema?.name ?? null,
    name: object.name,
    ties: ties(object, inventory),
  }),
  describe: (object, context) => {
    if (object.isShell) return null;
    const signature = `${object.name} ${operands(object, context)}`;
    const target = `OPERATOR ${context.q(object.schema?.name ?? "")}.${signature}`;
    return {
      definition: {
        kind: "OPERATOR",
        tag: object.name,
        section: "pre-data",
        create: renderOperator(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag: `OPERATOR ${signature}` }),
    };
  },
});
