import type { Entry } from "../archive/entry.ts";
import { renderAcl } from "../facets/acl.ts";
import type { Definition, Part, RenderContext } from "../objects/kind.ts";
import { component, wants } from "../objects/object.ts";
import type { CatalogObject } from "../objects/object.ts";
import { kindOf } from "../objects/registry.ts";
import type { Relation } from "../objects/relation/relation.ts";
import type { Schema } from "../objects/schema.ts";

/** Comment that initdb gives to `public`. */
const INITIAL_PUBLIC_COMMENT = "standard public schema";

/** An entry that gets its number and its dependencies later. */
type Numbered = Omit<Entry, "dumpId" | "dependencies"> & { dumpId: number; dependencies: readonly number[] };

const NOTHING: readonly number[] = [];

/** An entry whose dependencies are still objects. */
export interface EntryDraft {
  readonly object: CatalogObject;
  /** Whether it is the object's own entry, which has the object's dumpId. */
  readonly isDefinition: boolean;
  /** Its dumpId and its dependencies come when all are known. */
  readonly entry: Numbered;
  /** Dependencies to record as they are; null for those that the object has. */
  readonly dependencies: readonly CatalogObject[] | null;
}

/** The entries of these objects: each one's definition, and what follows it. */
export function draftEntries(objects: readonly CatalogObject[], context: RenderContext): EntryDraft[] {
  const drafts: EntryDraft[] = [];
  for (const object of objects) {
    if (object.wanted === 0) continue;
    const description = kindOf(object.kind).describe?.(object, context) ?? null;
    if (description === null) continue;
    const { definition, parts } = description;
    if (definition !== null && wants(object, definition.component ?? component.definition)) {
      drafts.push(draftDefinition(object, definition, true));
    }
    for (const part of parts) for (const draft of draftPart(object, part, context)) drafts.push(draft);
  }
  return drafts;
}

/**
 * A text that was built by concatenation is a tree of its pieces, several times as large as itself, until V8 has to look at a letter of it.
 * No text holds a NUL; it is asked for because a look without consequences would be optimized away.
 */
function inOnePiece(text: string): string {
  return text.charCodeAt(0) === 0 ? "" : text;
}

function draftDefinition(object: CatalogObject, definition: Definition, isOwn: boolean): EntryDraft {
  return {
    object,
    isDefinition: isOwn,
    dependencies: definition.dependencies ?? null,
    entry: {
      dumpId: 0,
      dependencies: NOTHING,
      kind: definition.kind,
      tag: definition.tag,
      schema: definition.schema === undefined ? (object.schema?.name ?? null) : definition.schema,
      owner: definition.owner ?? object.owner,
      section: definition.section,
      create: inOnePiece(definition.create),
      drop: inOnePiece(definition.drop),
      copy: definition.copy ?? "",
      catalogId: definition.catalogId ?? { classOid: object.classOid, oid: object.oid },
      tablespace: definition.tablespace ?? null,
      tableAccessMethod: definition.tableAccessMethod ?? null,
      relkind: definition.relkind ?? "",
      data: definition.data ?? "none",
    },
  };
}

const NO_CATALOG_ROW: Entry["catalogId"] = { classOid: 0, oid: 0 };

/** COMMENT, SECURITY LABEL and ACL entries: no row of their own, no drop, in the section of what they follow. */
function draftFollower(object: CatalogObject, kind: string, tag: string, create: string): EntryDraft {
  return {
    object,
    isDefinition: false,
    dependencies: [object],
    entry: {
      dumpId: 0,
      dependencies: NOTHING,
      kind,
      tag,
      schema: object.schema?.name ?? null,
      owner: object.owner,
      section: "none",
      create: inOnePiece(create),
      drop: "",
      copy: "",
      catalogId: NO_CATALOG_ROW,
      tablespace: null,
      tableAccessMethod: null,
      relkind: "",
      data: "none",
    },
  };
}

function draftPart(object: CatalogObject, part: Part, context: RenderContext): EntryDraft[] {
  switch (part.type) {
    case "entry":
      return wants(object, part.definition.component ?? component.definition) ? [draftDefinition(object, part.definition, false)] : [];
    case "comment":
      return draftComment(object, part, context);
    case "security-labels":
      return draftLabels(object, part, context);
    case "acl":
      return draftAcl(object, part, context);
    case "column-acls":
      return draftColumnAcls(object, part, context);
  }
}

function isInitialPublic(object: CatalogObject): boolean {
  return object.kind === "schema" && (object as Schema).isInitialPublic;
}

function draftComment(object: CatalogObject, part: Extract<Part, { type: "comment" }>, context: RenderContext): EntryDraft[] {
  if (!wants(object, component.comment)) return [];
  let text = context.inventory.comments
    .get(part.classOid)
    ?.get(part.oid)
    ?.get(part.subId ?? 0);
  // pg_dump knows the schema by its name as written, so it does not when all identifiers are quoted.
  if (isInitialPublic(object) && !context.options.quoteAllIdentifiers) {
    if (text === INITIAL_PUBLIC_COMMENT) return [];
    text ??= "";
  }
  if (text === undefined) return [];
  const draft = draftFollower(object, "COMMENT", part.tag, `COMMENT ON ${part.target} IS ${context.literal(text)};\n`);
  return [part.dependsOn === undefined ? draft : { ...draft, dependencies: [part.dependsOn] }];
}

function draftLabels(object: CatalogObject, part: Extract<Part, { type: "security-labels" }>, context: RenderContext): EntryDraft[] {
  if (!wants(object, component.securityLabel)) return [];
  const labels = context.inventory.securityLabels.get(part.classOid)?.get(part.oid) ?? [];
  const create = labels
    .map(({ subId, provider, label }) => {
      const target = part.targets.get(subId);
      return target === undefined ? "" : `SECURITY LABEL FOR ${context.q(provider)} ON ${target} IS ${context.literal(label)};\n`;
    })
    .join("");
  return create === "" ? [] : [draftFollower(object, "SECURITY LABEL", part.tag, create)];
}

function draftAcl(object: CatalogObject, part: Extract<Part, { type: "acl" }>, context: RenderContext): EntryDraft[] {
  if (!wants(object, component.acl) || object.acl === null) return [];
  const { items, baseline } = compared(object, context);
  if (items === null) return [];
  const statements = (name: string): string =>
    renderAcl({ objectType: part.objectType, name, owner: object.owner, items, baseline, major: context.major, q: context.q });
  const create = part.members === undefined ? statements(part.name) : forEachMember(part.members, statements);
  return create === "" ? [] : [draftFollower(object, "ACL", part.tag, create)];
}

/** What an object's privileges are, and what they are compared with; null items: nothing was ever changed. */
function compared(object: CatalogObject, { inventory }: RenderContext): { items: readonly string[] | null; baseline: readonly string[] } {
  const { items, defaults } = object.acl ?? { items: null, defaults: [] };
  if (isInitialPublic(object)) {
    const owner = quoteAclRole(object.owner);
    return { items: items ?? defaults, baseline: [`${owner}=UC/${owner}`, `=U/${owner}`] };
  }
  return { items, baseline: inventory.initialPrivileges.get(object.classOid)?.get(object.oid) ?? defaults };
}

/** A role as it stands in an ACL item. */
function quoteAclRole(name: string): string {
  return /^[A-Za-z0-9_]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** Every command for each member in turn, then a blank line, then the next command; the last without its line feed. */
function forEachMember(members: readonly string[], statements: (name: string) => string): string {
  const perMember = members.map((member) => statements(member).split("\n").slice(0, -1));
  const commands = perMember[0]?.length ?? 0;
  return Array.from({ length: commands }, (_, at) => perMember.map((lines) => lines[at] ?? "").join("\n")).join("\n\n");
}

function draftColumnAcls(object: CatalogObject, part: Extract<Part, { type: "column-acls" }>, context: RenderContext): EntryDraft[] {
  if (!wants(object, component.acl) || object.kind !== "relation") return [];
  const { columnAcls } = object as Relation;
  return columnAcls.flatMap(({ name, acl }) => {
    const create = renderAcl({
      objectType: "TABLE",
      name: part.name,
      column: context.q(name),
      owner: object.owner,
      items: acl.items ?? [],
      baseline: acl.defaults,
      major: context.major,
      q: context.q,
    });
    return create === "" ? [] : [draftFollower(object, "ACL", `COLUMN ${part.tag}.${context.q(name)}`, create)];
  });
}
