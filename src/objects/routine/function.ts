import { parseArrayOfNumbers, parseArrayOfText } from "../../core/array-text.ts";
import { dollarQuote } from "../../core/literals.ts";
import { oidArray } from "../../core/sql-text.ts";
import { grantedAclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { renderDependsOnExtension } from "../depends-on-extension.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import type { Inventory } from "../inventory.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import { bySchema } from "../selection.ts";
import { renderSetting } from "../../core/setting-text.ts";

/** A function, window function or procedure. Aggregates are a kind of their own. */
export interface Routine extends CatalogObject {
  readonly kind: "function";
  /** f function, p procedure, w window function */
  readonly prokind: string;
  /** OIDs of the types of the input arguments. */
  readonly argumentTypes: readonly number[];
  details: RoutineDetails | null;
}

interface RoutineRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly schema: number;
  readonly owner: number;
  readonly prokind: string;
  readonly argument_types: string;
}

const read = catalogRead<RoutineRow>({
  name: "functions",
  phase: "inventory",
  rowByRow: true,
  // Constructors of range types come with their type; system functions matter only where somebody changed their privileges.
  query: () => `
    SELECT p.oid, p.proname AS name, p.pronamespace AS schema, p.proowner AS owner, p.prokind::text AS prokind,
      p.proargtypes AS argument_types, ${grantedAclColumns("p.proacl", "'f'", "p.proowner")}
    FROM pg_catalog.pg_proc p
    LEFT JOIN pg_catalog.pg_init_privs i
      ON i.objoid = p.oid AND i.classoid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND i.objsubid = 0
    WHERE p.prokind <> 'a'
      AND (p.oid >= ${FIRST_NORMAL_OID.toString()} OR p.proacl IS DISTINCT FROM i.initprivs)
      AND NOT EXISTS (SELECT FROM pg_catalog.pg_depend d
        WHERE d.classid = 'pg_catalog.pg_proc'::pg_catalog.regclass AND d.objid = p.oid AND d.deptype = 'i')`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Routine>({
        kind: "function",
        classOid: classOids.pg_proc,
        oid: row.oid,
        name: row.name,
        schema: inventory.schema(row.schema),
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "function",
        prokind: row.prokind,
        argumentTypes: parseArrayOfNumbers(row.argument_types),
        details: null,
        ...newObjectState(),
      });
    }
  },
});

interface RoutineDetails {
  readonly arguments: string;
  readonly identity_arguments: string;
  readonly result: string | null;
  readonly returns_set: boolean;
  readonly language: string;
  readonly source: string;
  readonly library: string | null;
  readonly sql_body: string | null;
  readonly transforms: string | null;
  readonly volatility: string;
  readonly strict: boolean;
  readonly security_definer: boolean;
  readonly leakproof: boolean;
  /** As the server writes real numbers: "1e+06". */
  readonly cost: string;
  readonly rows: string;
  readonly support: string;
  readonly parallel: string;
  readonly settings: string | null;
}

const detailsRead = catalogRead<RoutineDetails & { readonly oid: number }>({
  name: "function definitions",
  phase: "details",
  rowByRow: true,
  query: ({ inventory, major }) => {
    const wanted = inventory.ofKind<Routine>("function").filter((routine) => routine.wanted !== 0);
    if (wanted.length === 0) return null;
    return `
    SELECT p.oid, pg_catalog.pg_get_function_arguments(p.oid) AS arguments,
      pg_catalog.pg_get_function_identity_arguments(p.oid) AS identity_arguments,
      pg_catalog.pg_get_function_result(p.oid) AS result, p.proretset AS returns_set, l.lanname AS language, p.prosrc AS source,
      p.probin AS library, ${major >= 14 ? "pg_catalog.pg_get_function_sqlbody(p.oid)" : "NULL"} AS sql_body,
      (SELECT pg_catalog.array_agg(pg_catalog.format_type(u.oid, NULL) ORDER BY u.ordinality)
        FROM pg_catalog.unnest(p.protrftypes) WITH ORDINALITY u(oid, ordinality)) AS transforms,
      p.provolatile::text AS volatility, p.proisstrict AS strict, p.prosecdef AS security_definer, p.proleakproof AS leakproof,
      p.procost::text AS cost, p.prorows::text AS rows, p.prosupport::text AS support, p.proparallel::text AS parallel, p.proconfig AS settings
    FROM pg_catalog.unnest(${oidArray(wanted.map((routine) => routine.oid))}) AS src(oid)
    JOIN pg_catalog.pg_proc p ON p.oid = src.oid
    JOIN pg_catalog.pg_language l ON l.oid = p.prolang`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) (inventory.find(classOids.pg_proc, row.oid) as Routine).details = row;
  },
});

/** `name(integer, text)`: input types only. */
export function routineTag(routine: Pick<Routine, "name" | "argumentTypes">, inventory: Inventory): string {
  return `${routine.name}(${routine.argumentTypes.map((oid) => inventory.typeName(oid).formatted).join(", ")})`;
}

/** Number of input arguments, then schema and name of each one's type. */
export function argumentTies(argumentTypes: readonly number[], inventory: Inventory): (string | number)[] {
  const types = argumentTypes.map((oid) => inventory.typeName(oid));
  return [argumentTypes.length, ...types.flatMap((type) => [type.schema, type.name])];
}

function renderRoutine(routine: Routine, context: RenderContext): string {
  const { details } = routine;
  if (details === null) return "";
  const { qualified, q } = context;
  const returns = details.result === null ? "" : ` RETURNS ${details.result}`;
  const settings = parseArrayOfText(details.settings)
    .map((setting) => renderSetting(setting, context))
    .filter((setting) => setting !== null)
    .map((setting) => `\n    ${setting}`)
    .join("");
  return (
    `CREATE ${routineWord(routine)} ${qualified(routine)}(${details.arguments})${returns}\n` +
    `    LANGUAGE ${q(details.language)}${renderProperties(routine, details)}${settings}\n` +
    `    ${renderBody(details, context)};\n`
  );
}

function routineWord(routine: Routine): "FUNCTION" | "PROCEDURE" {
  return routine.prokind === "p" ? "PROCEDURE" : "FUNCTION";
}

const VOLATILITIES: Readonly<Record<string, string>> = { i: " IMMUTABLE", s: " STABLE" };
const PARALLEL: Readonly<Record<string, string>> = { s: " PARALLEL SAFE", r: " PARALLEL RESTRICTED" };

function renderProperties(routine: Routine, details: RoutineDetails): string {
  let text = "";
  const transforms = parseArrayOfText(details.transforms);
  if (transforms.length > 0) text += ` TRANSFORM ${transforms.map((type) => `FOR TYPE ${type}`).join(", ")}`;
  if (routine.prokind === "w") text += " WINDOW";
  text += VOLATILITIES[details.volatility] ?? "";
  if (details.strict) text += " STRICT";
  if (details.security_definer) text += " SECURITY DEFINER";
  if (details.leakproof) text += " LEAKPROOF";
  const defaultCost = details.language === "internal" || details.language === "c" ? "1" : "100";
  if (details.cost !== defaultCost) text += ` COST ${details.cost}`;
  if (details.returns_set && details.rows !== "0" && details.rows !== "1000") text += ` ROWS ${details.rows}`;
  if (details.support !== "-") text += ` SUPPORT ${details.support}`;
  return text + (PARALLEL[details.parallel] ?? "");
}

function renderBody(details: RoutineDetails, context: RenderContext): string {
  if (details.sql_body !== null) return details.sql_body;
  if (details.library === null || details.library === "") return `AS ${quoteBody(details.source, context)}`;
  // A symbol name rarely needs more than plain quotes.
  const symbol = /['\\]/.test(details.source) ? quoteBody(details.source, context) : context.literal(details.source);
  return `AS ${context.literal(details.library)}, ${symbol}`;
}

function quoteBody(body: string, { literal, options }: RenderContext): string {
  return options.disableDollarQuoting ? literal(body) : dollarQuote(body);
}

export const routine = objectKind<Routine>({
  kind: "function",
  reads: [read, detailsRead],
  select: (object) => bySchema(object),
  section: (object) => (object.postponed ? "post-data" : "pre-data"),
  sortKey: (object, inventory) => ({
    schema: object.schema?.name ?? null,
    name: object.name,
    ties: argumentTies(object.argumentTypes, inventory),
  }),
  describe: (object, context) => {
    const { q, qualified, inventory } = context;
    const word = routineWord(object);
    const identity = `(${object.details?.identity_arguments ?? ""})`;
    const target = `${word} ${qualified(object)}${identity}`;
    const tag = `${word} ${q(object.name)}${identity}`;
    return {
      definition: {
        kind: word,
        tag: routineTag(object, inventory),
        section: object.postponed ? "post-data" : "pre-data",
        create: renderRoutine(object, context) + renderDependsOnExtension(object, target, context),
        drop: `DROP ${target};\n`,
      },
      parts: standardParts(object, { target, tag, acl: { objectType: word, name: `${qualified(object)}${identity}` } }),
    };
  },
});
