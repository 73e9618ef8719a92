import { parseArrayOfNumbers } from "../../core/array-text.ts";
import { oidArray } from "../../core/sql-text.ts";
import { aclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import type { Inventory } from "../inventory.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";
import { argumentTies } from "./function.ts";

export interface Aggregate extends CatalogObject {
  readonly kind: "aggregate";
  readonly argumentTypes: readonly number[];
  details: AggregateDetails | null;
}

interface AggregateRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly argument_types: string;
}

const read = catalogRead<AggregateRow>({
  name: "aggregates",
  phase: "inventory",
  query: () => `
    SELECT p.oid, p.proname AS name, p.pronamespace AS schema, p.proowner AS owner, p.proargtypes AS argument_types,
      ${aclColumns("p.proacl", "f", "p.proowner")}
    FROM pg_catalog.pg_proc p
    LEFT JOIN pg_catalog.pg_init_privs i
      ON i.objoid = p.oid AND i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objsubid = 0
    WHERE p.prokind = 'a' AND (p.oid >= ${FIRST_NORMAL_OID.toString()} OR p.proacl IS DISTINCT FROM i.initprivs)`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Aggregate>({
        kind: "aggregate",
        classOid: classOids.pg_proc,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "other",
        argumentTypes: parseArrayOfNumbers(row.argument_types),
        details: null,
        ...newObjectState(),
      });
    }
  },
});

/** regproc and regoperator text; "-" and "0" stand for none. */
interface AggregateDetails {
  readonly arguments: string;
  readonly identity_arguments: string;
  readonly aggkind: string;
  readonly sfunc: string;
  readonly stype: string;
  readonly sspace: number;
  readonly initcond: string | null;
  readonly finalfunc: string;
  readonly finalfunc_extra: boolean;
  readonly finalfunc_modify: string;
  readonly combinefunc: string;
  readonly serialfunc: string;
  readonly deserialfunc: string;
  readonly msfunc: string;
  readonly minvfunc: string;
  readonly mstype: string;
  readonly msspace: number;
  readonly minitcond: string | null;
  readonly mfinalfunc: string;
  readonly mfinalfunc_extra: boolean;
  readonly mfinalfunc_modify: string;
  readonly sort_schema: string | null;
  readonly sort_operator: string | null;
  readonly parallel: string;
}

const detailsRead = catalogRead<AggregateDetails & { readonly oid: number }>({
  name: "aggregate definitions",
  phase: "details",
  query: ({ inventory }) => {
    const wanted = inventory.ofKind<Aggregate>("aggregate").filter((aggregate) => aggregate.wanted !== 0);
    if (wanted.length === 0) return null;
    return `
    SELECT p.oid, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
      pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity_arguments, a.aggkind::text AS aggkind,
      a.aggtransfn::text AS sfunc, pg_catalog.format_type(a.aggtranstype, NULL) AS stype, a.aggtransspace AS sspace, a.agginitval AS initcond,
      a.aggfinalfn::text AS finalfunc, a.aggfinalextra AS finalfunc_extra, a.aggfinalmodify::text AS finalfunc_modify,
      a.aggcombinefn::text AS combinefunc, a.aggserialfn::text AS serialfunc, a.aggdeserialfn::text AS deserialfunc,
      a.aggmtransfn::text AS msfunc, a.aggminvtransfn::text AS minvfunc, pg_catalog.format_type(a.aggmtranstype, NULL) AS mstype,
      a.aggmtransspace AS msspace, a.aggminitval AS minitcond, a.aggmfinalfn::text AS mfinalfunc,
      a.aggmfinalextra AS mfinalfunc_extra, a.aggmfinalmodify::text AS mfinalfunc_modify,
      sn.nspname AS sort_schema, so.oprname AS sort_operator, p.proparallel::text AS parallel
    FROM pg_catalog.unnest(${oidArray(wanted.map((aggregate) => aggregate.oid))}) AS src(oid)
    JOIN pg_catalog.pg_proc p ON p.oid = src.oid
    JOIN pg_catalog.pg_aggregate a ON a.aggfnoid = p.oid
    LEFT JOIN pg_catalog.pg_operator so ON so.oid = a.aggsortop
    LEFT JOIN pg_catalog.pg_namespace sn ON sn.oid = so.oprnamespace`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_proc, row.oid) as Aggregate).details = row;
  },
});

const MODIFIES: Readonly<Record<string, string>> = { r: "READ_ONLY", s: "SHAREABLE", w: "READ_WRITE" };
const PARALLEL: Readonly<Record<string, string>> = { s: "safe", r: "restricted" };

function renderAggregate(aggregate: Aggregate, { q, qualified, literal }: RenderContext): string {
  const { details } = aggregate;
  if (details === null) return "";
  const properties = [`SFUNC = ${details.sfunc}`, `STYPE = ${details.stype}`];
  const add = (condition: boolean, text: string): void => {
    if (condition) properties.push(text);
  };
  const addFunction = (label: string, name: string): void => {
    add(name !== "-", `${label} = ${name}`);
  };
  // Ordered-set aggregates modify their state by default, normal ones do not.
  const defaultModify = details.aggkind === "n" ? "r" : "w";
  add(details.sspace !== 0, `SSPACE = ${details.sspace.toString()}`);
  add(details.initcond !== null, `INITCOND = ${literal(details.initcond ?? "")}`);
  addFunction("FINALFUNC", details.finalfunc);
  add(details.finalfunc !== "-" && details.finalfunc_extra, "FINALFUNC_EXTRA");
  add(
    details.finalfunc !== "-" && details.finalfunc_modify !== defaultModify,
    `FINALFUNC_MODIFY = ${MODIFIES[details.finalfunc_modify] ?? ""}`,
  );
  addFunction("COMBINEFUNC", details.combinefunc);
  addFunction("SERIALFUNC", details.serialfunc);
  addFunction("DESERIALFUNC", details.deserialfunc);
  if (details.msfunc !== "-") {
    properties.push(`MSFUNC = ${details.msfunc}`, `MINVFUNC = ${details.minvfunc}`, `MSTYPE = ${details.mstype}`);
  }
  add(details.msspace !== 0, `MSSPACE = ${details.msspace.toString()}`);
  add(details.minitcond !== null, `MINITCOND = ${literal(details.minitcond ?? "")}`);
  addFunction("MFINALFUNC", details.mfinalfunc);
  add(details.mfinalfunc !== "-" && details.mfinalfunc_extra, "MFINALFUNC_EXTRA");
  add(
    details.mfinalfunc !== "-" && details.mfinalfunc_modify !== defaultModify,
    `MFINALFUNC_MODIFY = ${MODIFIES[details.mfinalfunc_modify] ?? ""}`,
  );
  add(details.sort_operator !== null, `SORTOP = OPERATOR(${q(details.sort_schema ?? "")}.${details.sort_operator ?? ""})`);
  add(details.aggkind === "h", "HYPOTHETICAL");
  add(details.parallel !== "u", `PARALLEL = ${PARALLEL[details.parallel] ?? ""}`);
  return `CREATE AGGREGATE ${qualified(aggregate)}(${signature(details.arguments)}) (\n    ${properties.join(",\n    ")}\n);\n`;
}

/** An aggregate without arguments is written with a star. */
function signature(argumentList: string): string {
  return argumentList === "" ? "*" : argumentList;
}

/** `name(integer, text)`, `name(*)`: input types only. */
function typeSignature(aggregate: Aggregate, inventory: Inventory): string {
  return signature(aggregate.argumentTypes.map((oid) => inventory.typeName(oid).formatted).join(", "));
}

export const aggregate = objectKind<Aggregate>({
  kind: "aggregate",
  reads: [read, detailsRead],
  select: (object) => bySchema(object),
  sortKey: (object, inventory) => ({
    schema: object.schema?.name ?? null,
    name: object.name,
    ties: argumentTies(object.argumentTypes, inventory),
  }),
  describe: (object, context) => {
    const { q, qualified, inventory } = context;
    const identity = `(${signature(object.details?.identity_arguments ?? "")})`;
    const target = `AGGREGATE ${qualified(object)}${identity}`;
    const types = object.argumentTypes.map((oid) => inventory.typeName(oid).formatted).join(", ");
    return {
      definition: {
        kind: "AGGREGATE",
        tag: `${object.name}(${typeSignature(object, inventory)})`,
        section: "pre-data",
        create: renderAggregate(object, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, {
        target,
        tag: `AGGREGATE ${q(object.name)}${identity}`,
        // GRANT knows aggregates as functions, by their input types.
        acl: { objectType: "FUNCTION", name: `${qualified(object)}(${types})`, tag: `FUNCTION ${q(object.name)}(${types})` },
      }),
    };
  },
});
