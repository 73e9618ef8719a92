import { aclColumns, readAcl } from "../../facets/acl.ts";
import type { AclRow } from "../../facets/acl.ts";
import { classOids, FIRST_NORMAL_OID } from "../class-oids.ts";
import { catalogRead, objectKind } from "../kind.ts";
import type { RenderContext } from "../kind.ts";
import { newObjectState } from "../object.ts";
import type { CatalogObject } from "../object.ts";
import { standardParts } from "../parts.ts";
import type { Naming } from "../parts.ts";
import { withEverything } from "../selection.ts";

/** A procedural language. The languages that the server is built with (internal, c, sql) are none. */
export interface Language extends CatalogObject {
  readonly kind: "language";
  readonly trusted: boolean;
  /** OIDs of functions; 0 for none. */
  readonly handler: number;
  readonly inline: number;
  readonly validator: number;
}

interface LanguageRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly trusted: boolean;
  readonly handler: number;
  readonly inline: number;
  readonly validator: number;
}

const read = catalogRead<LanguageRow>({
  name: "languages",
  phase: "inventory",
  query: () => `
    SELECT l.oid, l.lanname AS name, l.lanowner AS owner, l.lanpltrusted AS trusted, l.lanplcallfoid AS handler,
      l.laninline AS inline, l.lanvalidator AS validator, ${aclColumns("l.lanacl", "l", "l.lanowner")}
    FROM pg_catalog.pg_language l
    WHERE l.lanispl
    ORDER BY l.oid`,
  read: (rows, { inventory }) => {
    for (const row of rows) {
      inventory.add<Language>({
        kind: "language",
        classOid: classOids.pg_language,
        oid: row.oid,
        name: row.name,
        schema: null,
        owner: inventory.role(row.owner),
        acl: readAcl(row),
        loopRole: "other",
        trusted: row.trusted,
        handler: row.handler,
        inline: row.inline,
        validator: row.validator,
        ...newObjectState(),
      });
    }
  },
});

/** The functions behind the language, as far as the dump has them; without one of them the target has to know the language itself. */
function renderLanguage(language: Language, { q, qualified, inventory }: RenderContext): string {
  const name = q(language.name);
  const dumped = (oid: number): CatalogObject | null => {
    const found = inventory.find(classOids.pg_proc, oid);
    return found === undefined || found.wanted === 0 ? null : found;
  };
  const clauses: string[] = [];
  for (const [word, oid] of [
    ["HANDLER", language.handler],
    ["INLINE", language.inline],
    ["VALIDATOR", language.validator],
  ] as const) {
    const support = dumped(oid);
    if (support !== null) clauses.push(` ${word} ${qualified(support)}`);
    else if (oid !== 0 || word === "HANDLER") return `CREATE OR REPLACE PROCEDURAL LANGUAGE ${name};\n`;
  }
  return `CREATE ${language.trusted ? "TRUSTED " : ""}PROCEDURAL LANGUAGE ${name}${clauses.join("")};\n`;
}

export const language = objectKind<Language>({
  kind: "language",
  reads: [read],
  select: (object, { selection }) => withEverything(object, selection, object.oid < FIRST_NORMAL_OID),
  sortKey: (object) => ({ schema: null, name: object.name, ties: [] }),
  describe: (object, context) => {
    const name = context.q(object.name);
    const naming: Naming = { target: `LANGUAGE ${name}`, labelled: true };
    return {
      definition: {
        kind: "PROCEDURAL LANGUAGE",
        tag: object.name,
        section: "pre-data",
        create: renderLanguage(object, context),
        drop: `DROP PROCEDURAL LANGUAGE ${name};\n`,
      },
      // Untrusted languages cannot be granted.
      parts: standardParts(object, object.trusted ? { ...naming, acl: { objectType: "LANGUAGE", name } } : naming),
    };
  },
});
