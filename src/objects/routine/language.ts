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
  /** Names of the three in SQL; null when the server can make the language from its own name alone. */
  readonly functionNames: readonly [string | null, string | null, string | null] | null;
}

interface LanguageRow extends AclRow {
  readonly oid: number;
  readonly name: string;
  readonly owner: number;
  readonly trusted: boolean;
  readonly handler: number;
  readonly inline: number;
  readonly validator: number;
  readonly available: boolean;
  readonly handler_name: string | null;
  readonly inline_name: string | null;
  readonly validator_name: string | null;
}

function nameOf(oid: string): string {
  return `(SELECT pg_catalog.format('%I.%I', n.nspname, p.proname) FROM pg_catalog.pg_proc p
        JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE p.oid = ${oid})`;
}

const read = catalogRead<LanguageRow>({
  name: "languages",
  phase: "inventory",
  query: () => `
    SELECT l.oid, l.lanname AS name, l.lanowner AS owner, l.lanpltrusted AS trusted, l.lanplcallfoid AS handler,
      l.laninline AS inline, l.lanvalidator AS validator,
      l.oid < ${FIRST_NORMAL_OID.toString()} OR EXISTS (SELECT FROM pg_catalog.pg_available_extensions() x WHERE x.name = l.lanname) AS available,
      ${nameOf("l.lanplcallfoid")} AS handler_name, ${nameOf("l.laninline")} AS inline_name, ${nameOf("l.lanvalidator")} AS validator_name,
      ${aclColumns("l.lanacl", "l", "l.lanowner")}
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
        functionNames: row.available ? null : [row.handler_name, row.inline_name, row.validator_name],
        ...newObjectState(),
      });
    }
  },
});

/**
 * The functions behind the language, as far as the dump has them; without one of them the target has to know the language itself. That
 * it does not where there is no extension of that name, so pg_dump's text would not load: then all are named.
 */
function renderLanguage(language: Language, { q, qualified, inventory }: RenderContext): string {
  const name = q(language.name);
  const functions = ([language.handler, language.inline, language.validator] as const).map((oid, at) => {
    const support = inventory.find(classOids.pg_proc, oid);
    const dumped = support === undefined || support.wanted === 0 ? null : qualified(support);
    return { oid, word: WORDS[at] ?? "", name: dumped ?? language.functionNames?.[at] ?? null };
  });
  const isWhole = functions.every((each) => each.name !== null || (each.oid === 0 && each.word !== "HANDLER"));
  if (!isWhole) return `CREATE OR REPLACE PROCEDURAL LANGUAGE ${name};\n`;
  const clauses = functions.map((each) => (each.name === null ? "" : ` ${each.word} ${each.name}`));
  return `CREATE ${language.trusted ? "TRUSTED " : ""}PROCEDURAL LANGUAGE ${name}${clauses.join("")};\n`;
}

const WORDS = ["HANDLER", "INLINE", "VALIDATOR"] as const;

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
