import { classOids } from "../class-oids.ts";
import type { Part, RenderContext } from "../kind.ts";
import { relationWord } from "./table-text.ts";
import type { Relation } from "./relation.ts";

/**
 * What follows the definition of a table-like relation: comments of it and its columns, labels, comments of what stands inside it,
 * privileges of it and its columns.
 */
export function relationParts(relation: Relation, context: RenderContext, insideComments: readonly Part[] = []): Part[] {
  const { q, qualified } = context;
  const name = qualified(relation);
  const word = relationWord(relation);
  const { classOid, oid } = relation;
  const columns = relation.columns.map((column) => ({
    number: column.number,
    target: `${name}.${q(column.name)}`,
    tag: `${q(relation.name)}.${q(column.name)}`,
  }));
  return [
    { type: "comment", target: `${word} ${name}`, tag: `${word} ${q(relation.name)}`, classOid, oid },
    ...columns.map((column): Part => ({
      type: "comment",
      target: `COLUMN ${column.target}`,
      tag: `COLUMN ${column.tag}`,
      classOid,
      oid,
      subId: column.number,
    })),
    {
      type: "security-labels",
      tag: `${word} ${q(relation.name)}`,
      classOid: classOids.pg_class,
      oid,
      targets: new Map([[0, `${word} ${name}`], ...columns.map((column): [number, string] => [column.number, `COLUMN ${column.target}`])]),
    },
    ...insideComments,
    ...aclParts(relation, context),
  ];
}

/** GRANT says TABLE for everything but sequences. */
export function aclParts(relation: Relation, { q, qualified }: RenderContext): Part[] {
  const objectType = relation.relkind === "S" ? "SEQUENCE" : "TABLE";
  return [
    { type: "acl", objectType, name: qualified(relation), tag: `${objectType} ${q(relation.name)}` },
    { type: "column-acls", name: qualified(relation), tag: q(relation.name) },
  ];
}
