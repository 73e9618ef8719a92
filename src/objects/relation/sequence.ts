import { PgstowError } from "../../core/errors.ts";
import { alwaysQualified } from "../../core/identifiers.ts";
import { oidArray } from "../../core/sql-text.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { Description, Part, ReadContext, RenderContext } from "../kind.ts";
import { component, newObjectState, wants } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { definedRelations } from "./detailed.ts";
import { aclParts } from "./relation-parts.ts";
import { vanishedError } from "../vanished.ts";
import type { Relation } from "./relation.ts";

export interface SequenceDetails {
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
}

interface SequenceRow {
  readonly relation: number;
  readonly type: string;
  readonly start: string;
  readonly increment: string;
  readonly minimum: string;
  readonly maximum: string;
  readonly cache: string;
  readonly cycle: boolean;
}

export const sequenceRead = catalogRead<SequenceRow>({
  name: "sequences",
  phase: "details",
  rowByRow: true,
  query: ({ inventory }) => {
    const sequences = definedRelations(inventory, "S");
    if (sequences.length === 0) return null;
    return `
    SELECT s.seqrelid AS relation, pg_catalog.format_type(s.seqtypid, NULL) AS type, s.seqstart AS start, s.seqincrement AS increment,
      s.seqmin AS minimum, s.seqmax AS maximum, s.seqcache AS cache, s.seqcycle AS cycle
    FROM pg_catalog.pg_sequence s
    WHERE s.seqrelid = ANY (${oidArray(sequences.map((sequence) => sequence.oid))})`;
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const sequence = inventory.relation(row.relation);
      if (sequence !== undefined) sequence.sequence = row;
    }
  },
});

/** Smallest and largest value of a sequence's type. */
function typeBounds(type: string): [bigint, bigint] {
  const bits = type === "smallint" ? 15n : type === "integer" ? 31n : 63n;
  return [-(2n ** bits), 2n ** bits - 1n];
}

export function describeSequence(sequence: Relation, context: RenderContext): Description {
  const { inventory, q, qualified } = context;
  const name = qualified(sequence);
  const isIdentity = sequence.ownedBy?.isIdentity === true;
  const target = `SEQUENCE ${name}`;
  const { classOid, oid } = sequence;
  const owned: Part[] = [];
  const owner = sequence.ownedBy === null ? undefined : inventory.relation(sequence.ownedBy.relation);
  const column = owner?.columns.find((candidate) => candidate.number === sequence.ownedBy?.column);
  if (!isIdentity && owner !== undefined && column !== undefined && wants(owner, component.definition)) {
    owned.push({
      type: "entry",
      definition: {
        kind: "SEQUENCE OWNED BY",
        tag: sequence.name,
        section: "pre-data",
        create: `ALTER SEQUENCE ${name} OWNED BY ${qualified(owner)}.${q(column.name)};\n`,
        drop: "",
        catalogId: { classOid: 0, oid: 0 },
        dependencies: [sequence],
      },
    });
  }
  return {
    definition: {
      kind: "SEQUENCE",
      tag: sequence.name,
      section: "pre-data",
      create: isIdentity ? renderIdentity(sequence, context) : renderSequence(sequence, context),
      drop: isIdentity ? "" : `DROP SEQUENCE ${name};\n`,
      relkind: sequence.relkind,
    },
    parts: [
      ...owned,
      { type: "comment", target, tag: `SEQUENCE ${q(sequence.name)}`, classOid, oid },
      { type: "security-labels", tag: `SEQUENCE ${q(sequence.name)}`, classOid, oid, targets: new Map([[0, target]]) },
      ...aclParts(sequence, context),
    ],
  };
}

function renderSequence(sequence: Relation, { qualified, major }: RenderContext): string {
  const details = sequence.sequence;
  if (details === null) return "";
  const unlogged = sequence.persistence === "u" && major >= 15 ? "UNLOGGED " : "";
  const as = details.type === "bigint" ? "" : `    AS ${details.type}\n`;
  return `CREATE ${unlogged}SEQUENCE ${qualified(sequence)}\n${as}${renderParameters(details)};\n`;
}

function renderIdentity(sequence: Relation, { inventory, q, qualified, major }: RenderContext): string {
  const details = sequence.sequence;
  const table = inventory.relation(sequence.ownedBy?.relation ?? 0);
  const column = table?.columns.find((candidate) => candidate.number === sequence.ownedBy?.column);
  if (details === null || table === undefined || column === undefined) return "";
  const generated = column.identity === "a" ? "ALWAYS" : "BY DEFAULT";
  let persistence = "";
  if (major >= 15 && sequence.persistence !== table.persistence)
    persistence = sequence.persistence === "u" ? "    UNLOGGED\n" : "    LOGGED\n";
  return (
    `ALTER TABLE ${qualified(table)} ALTER COLUMN ${q(column.name)} ADD GENERATED ${generated} AS IDENTITY (\n` +
    `    SEQUENCE NAME ${qualified(sequence)}\n${persistence}${renderParameters(details)}\n);\n`
  );
}

function renderParameters(details: SequenceDetails): string {
  const [smallest, largest] = typeBounds(details.type);
  const isAscending = BigInt(details.increment) > 0n;
  const minimum = BigInt(details.minimum);
  const maximum = BigInt(details.maximum);
  const isDefaultMinimum = minimum === (isAscending ? 1n : smallest);
  const isDefaultMaximum = maximum === (isAscending ? largest : -1n);
  return [
    `    START WITH ${details.start}`,
    `    INCREMENT BY ${details.increment}`,
    isDefaultMinimum ? "    NO MINVALUE" : `    MINVALUE ${details.minimum}`,
    isDefaultMaximum ? "    NO MAXVALUE" : `    MAXVALUE ${details.maximum}`,
    `    CACHE ${details.cache}${details.cycle ? "\n    CYCLE" : ""}`,
  ].join("\n");
}

/** The value of a sequence, which counts as data. */
export interface SequenceValue extends CatalogObject {
  readonly kind: "sequence-value";
  readonly sequence: Relation;
  readonly lastValue: string;
  readonly isCalled: boolean;
}

interface ValueRow {
  readonly relation: number;
  readonly last_value: string | null;
  readonly is_called: boolean | null;
  /** From 18: whether it was dropped meanwhile. */
  readonly is_gone?: boolean;
}

/** The server parses UNIONs by recursion: some thousand of them exhaust its stack. */
const SEQUENCES_PER_STATEMENT = 500;

const valueRead = catalogRead<ValueRow>({
  name: "sequence values",
  phase: "details",
  query: (context) => {
    const sequences = sequencesWithData(context);
    if (sequences.length === 0) return null;
    if (context.major >= 18) {
      return `
    SELECT src.oid AS relation, v.last_value, v.is_called, pg_catalog.pg_table_is_visible(src.oid) IS NULL AS is_gone
    FROM pg_catalog.unnest(${oidArray(sequences.map((sequence) => sequence.oid))}) AS src(oid),
      pg_catalog.pg_get_sequence_data(src.oid) v`;
    }
    const selects = sequences.map(
      (sequence) =>
        `SELECT ${sequence.oid.toString()}::pg_catalog.oid AS relation, last_value, is_called FROM ${alwaysQualified(sequence.schema?.name ?? "", sequence.name)}`,
    );
    return Array.from({ length: Math.ceil(selects.length / SEQUENCES_PER_STATEMENT) }, (_, at) =>
      selects.slice(at * SEQUENCES_PER_STATEMENT, (at + 1) * SEQUENCES_PER_STATEMENT).join(" UNION ALL "),
    );
  },
  read: (rows, { inventory }) => {
    for (const row of rows) {
      const sequence = inventory.relation(row.relation);
      if (sequence === undefined) continue;
      if (row.is_gone === true) throw vanishedError("sequence", sequence);
      if (row.last_value === null || row.is_called === null) {
        const name = `${sequence.schema?.name ?? ""}.${sequence.name}`;
        throw new PgstowError("privilege", `value of sequence "${name}" cannot be read`, {
          hint: "Grant SELECT on it to the dumping role, or leave it out with -T or --exclude-schema.",
        });
      }
      const value = inventory.add<SequenceValue>({
        kind: "sequence-value",
        classOid: 0,
        oid: sequence.oid,
        name: sequence.name,
        schema: sequence.schema,
        owner: sequence.owner,
        acl: null,
        loopRole: "other",
        sequence,
        lastValue: row.last_value,
        isCalled: row.is_called,
        ...newObjectState(),
      });
      value.wanted = sequence.wanted;
      value.dependencies.push(sequence);
    }
  },
});

function sequencesWithData({ inventory, selection }: ReadContext): Relation[] {
  if (!selection.dataWanted && !selection.sequenceDataWanted) return [];
  return inventory
    .ofKind<Relation>("relation")
    .filter((relation) => relation.relkind === "S" && wants(relation, component.data) && !selection.excludedTableData.has(relation.oid))
    .filter((sequence) => sequence.persistence !== "u" || selection.unloggedTableData);
}

export const sequenceValue = objectKind<SequenceValue>({
  kind: "sequence-value",
  reads: [valueRead],
  section: () => "data",
  describe: (object, { qualified, literal }) => ({
    definition: {
      kind: "SEQUENCE SET",
      tag: object.name,
      section: "data",
      create: `SELECT pg_catalog.setval(${literal(qualified(object))}, ${object.lastValue}, ${object.isCalled.toString()});\n`,
      drop: "",
      catalogId: { classOid: 0, oid: 0 },
      dependencies: [object.sequence],
      component: component.data,
    },
    parts: [],
  }),
});
