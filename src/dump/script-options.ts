import { randomInt } from "node:crypto";
import type { ArchiveMetadata, ScriptOptions } from "../archive/archive.ts";
import type { Entry } from "../archive/entry.ts";
import type { CatalogSession } from "../postgres/catalog-session.ts";
import { contentOf } from "./options.ts";
import { NAMING } from "./encoding.ts";
import type { DumpOptions } from "./options.ts";

const KEY_LENGTH = 63;
const KEY_ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/** A key that nobody who wrote into the database can have guessed. */
export function randomKey(): string {
  return Array.from({ length: KEY_LENGTH }, () => KEY_ALPHABET.charAt(randomInt(KEY_ALPHABET.length))).join("");
}

/** The options that shape the script. */
export type ScriptChoices = Pick<
  DumpOptions,
  | "clean"
  | "ifExists"
  | "create"
  | "noOwner"
  | "useSetSessionAuthorization"
  | "superuser"
  | "disableTriggers"
  | "noTablespaces"
  | "noTableAccessMethod"
  | "verbose"
  | "restrictKey"
>;

/** How the script is printed. `dumpedBy` stands where pg_dump names its own version, which some programs read. */
export function scriptOptions(options: ScriptChoices, dumpedBy: string): ScriptOptions {
  return {
    clean: options.clean ?? false,
    ifExists: options.ifExists ?? false,
    create: options.create ?? false,
    noOwner: options.noOwner ?? false,
    useSetSessionAuthorization: options.useSetSessionAuthorization ?? false,
    superuser: options.superuser ?? "",
    disableTriggers: options.disableTriggers ?? false,
    noTablespaces: options.noTablespaces ?? false,
    noTableAccessMethod: options.noTableAccessMethod ?? false,
    verbose: options.verbose ?? false,
    restrictKey: options.restrictKey ?? randomKey(),
    dumpedBy,
  };
}

/** Options that change what an archive holds; nothing about the connection. */
const RECORDED: readonly (keyof DumpOptions)[] = [
  ...NAMING,
  "schemaOnly",
  "dataOnly",
  "noSchema",
  "noData",
  "statisticsOnly",
  "statistics",
  "sequenceData",
  "sections",
  "largeObjects",
  "noOwner",
  "noPrivileges",
  "noComments",
  "noSecurityLabels",
  "noPublications",
  "noSubscriptions",
  "noPolicies",
  "noTablespaces",
  "noTableAccessMethod",
  "noToastCompression",
  "noUnloggedTableData",
  "loadViaPartitionRoot",
  "inserts",
  "columnInserts",
  "rowsPerInsert",
  "onConflictDoNothing",
  "extraFloatDigits",
  "quoteAllIdentifiers",
  "enableRowSecurity",
];

/** `excludeTableData` -> `exclude-table-data` */
function flagName(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}

/**
 * Triggers are switched off around rows only by a script that makes no objects: when that was asked for, or when the options leave none.
 */
export function disablesTriggers(options: DumpOptions, entries: readonly Pick<Entry, "kind" | "tag">[]): boolean {
  if (options.disableTriggers !== true) return false;
  return !contentOf(options).schema || entries.every(({ kind, tag }) => DATA_KINDS.has(kind) || tag.startsWith("LARGE OBJECT"));
}

const DATA_KINDS: ReadonlySet<string> = new Set(["TABLE DATA", "SEQUENCE SET", "BLOB", "BLOB METADATA", "BLOBS", "STATISTICS DATA"]);

export function archiveMetadata(session: CatalogSession, database: string, toolVersion: string, options: DumpOptions): ArchiveMetadata {
  const recorded = RECORDED.map((name) => [flagName(name), options[name]] as const).filter(
    (pair): pair is [string, string | number | boolean | readonly string[]] => {
      const value = pair[1];
      return value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0);
    },
  );
  return {
    database,
    serverVersion: session.serverVersion,
    serverVersionNum: session.serverVersionNum,
    toolVersion,
    encoding: "UTF8",
    standardConformingStrings: session.parameters.get("standard_conforming_strings") !== "off",
    rowSecurity: options.enableRowSecurity ?? false,
    startedAt: new Date().toISOString(),
    options: { ...Object.fromEntries(recorded), ...options.notes },
  };
}
