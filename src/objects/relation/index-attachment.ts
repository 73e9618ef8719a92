import { classOids } from "../class-oids.ts";
import { objectKind } from "../kind.ts";
import type { ReadContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import type { Index } from "./index.ts";
import { isMadeByParent } from "./unattachable-constraint.ts";

/** ALTER INDEX ... ATTACH PARTITION. */
export interface IndexAttachment extends CatalogObject {
  readonly kind: "index-attachment";
  readonly parent: Index;
  readonly partition: Index;
}

function derive({ inventory }: ReadContext): void {
  for (const partition of inventory.ofKind<Index>("index")) {
    if (partition.parentOid === 0) continue;
    const parent = inventory.find(classOids.pg_class, partition.parentOid);
    if (parent?.kind !== "index") continue;
    const parentIndex = parent as Index;
    const attachment = inventory.add<IndexAttachment>({
      kind: "index-attachment",
      classOid: 0,
      oid: 0,
      name: partition.name,
      schema: partition.schema,
      // As in pg_dump: the parent's owner, who may be another than the partition's.
      owner: parentIndex.owner,
      acl: null,
      loopRole: "other",
      parent: parentIndex,
      partition,
      ...newObjectState(),
    });
    attachment.wanted = partition.wanted;
    attachment.dependencies.push(partition, parentIndex, partition.table, parentIndex.table);
  }
}

/** Attachments by the index that they attach to. */
export type AttachmentsByParent = ReadonlyMap<Index, readonly IndexAttachment[]>;

export function attachmentsByParent(attachments: readonly IndexAttachment[]): AttachmentsByParent {
  const byParent = new Map<Index, IndexAttachment[]>();
  for (const attachment of attachments) {
    const siblings = byParent.get(attachment.parent);
    if (siblings === undefined) byParent.set(attachment.parent, [attachment]);
    else siblings.push(attachment);
  }
  return byParent;
}

/** The attachments below an index, at every level. */
export function attachmentsBelow(index: Index, byParent: AttachmentsByParent): IndexAttachment[] {
  return (byParent.get(index) ?? []).flatMap((attachment) => [attachment, ...attachmentsBelow(attachment.partition, byParent)]);
}

export const indexAttachment = objectKind<IndexAttachment>({
  kind: "index-attachment",
  derive,
  section: () => "post-data",
  describe: ({ parent, partition }, { inventory, qualified }) => {
    if (isMadeByParent(partition, inventory)) return null;
    return {
      definition: {
        kind: "INDEX ATTACH",
        tag: partition.name,
        section: "post-data",
        owner: parent.owner,
        create: `ALTER INDEX ${qualified(parent)} ATTACH PARTITION ${qualified(partition)};\n`,
        drop: "",
      },
      parts: [],
    };
  },
});
