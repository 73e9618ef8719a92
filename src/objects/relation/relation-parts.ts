import type { Part, RenderContext } from "../kind.ts";
import { relationWord } from "./table-text.ts";
import type { Relation } from "./relation.ts";

/**
 * What follows the definition of a table-like relation: comments of it and its columns, labels, comments of what stands inside it,
 * privileges of it and its columns.
 */
export function relationParts(relation: Relation, context: RenderContext, insideComments: readonly Part[] = []): Part[] {
  const { q, qualified, inventory } = context;
  const { classOid, oid } = relation;
  const parts: Part[] = [];
  // Most relations have neither, and a part for each of their columns would be made for nothing.
  const comments = inventory.comments.get(classOid)?.get(oid);
  const hasLabels = inventory.securityLabels.get(classOid)?.has(oid) === true;
  if (comments !== undefined || hasLabels) {
    const name = qualified(relation);
    const word = relationWord(relation);
    const target = `${word} ${name}`;
    const tag = `${word} ${q(relation.name)}`;
    if (comments?.has(0) === true) parts.push({ type: "comment", target, tag, classOid, oid });
    const targets = new Map([[0, target]]);
    for (const { name: column, number } of relation.columns) {
      const columnTarget = `COLUMN ${name}.${q(column)}`;
      targets.set(number, columnTarget);
      if (comments?.has(number) !== true) continue;
      parts.push({ type: "comment", target: columnTarget, tag: `COLUMN ${q(relation.name)}.${q(column)}`, classOid, oid, subId: number });
    }
    if (hasLabels) parts.push({ type: "security-labels", tag, classOid, oid, targets });
  }
  for (const part of insideComments) parts.push(part);
  for (const part of aclParts(relation, context)) parts.push(part);
  return parts;
}

/** GRANT says TABLE for everything but sequences. */
export function aclParts(relation: Relation, { q, qualified }: RenderContext): Part[] {
  const { acl, columnAcls } = relation;
  if ((acl === null || acl.items === null) && columnAcls.length === 0) return [];
  const objectType = relation.relkind === "S" ? "SEQUENCE" : "TABLE";
  return [
    { type: "acl", objectType, name: qualified(relation), tag: `${objectType} ${q(relation.name)}` },
    { type: "column-acls", name: qualified(relation), tag: q(relation.name) },
  ];
}
