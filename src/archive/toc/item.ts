import type { Compression } from "../compression/method.ts";
import { PgstowError } from "../../core/errors.ts";

/** Version 1.`minor` of pg_dump's archive format. */
export const MINOR_MIN = 12;
export const MINOR_MAX = 16;

/** The bytes that say which of the formats a table of contents belongs to; a directory has that of tar. */
export const formatCodes = { custom: 1, tar: 3 } as const;

/** The head of a table of contents. */
export interface TocHead {
  readonly minor: number;
  readonly revision: number;
  readonly intBytes: number;
  readonly offsetBytes: number;
  readonly formatCode: number;
  /** Up to 1.14 with the level and without the method, from 1.15 on the other way round. */
  readonly compression: Compression;
  /** The clock of the machine that made it, as ISO 8601 in UTC. */
  readonly startedAt: string;
  readonly database: string;
  readonly serverVersion: string | null;
  readonly dumpVersion: string | null;
  readonly itemCount: number;
}

/** Where a custom archive has the data of an item. */
export type DataPosition =
  | { readonly type: "unknown" }
  /** Offset of the block's first byte in the file. */
  | { readonly type: "known"; readonly offset: number }
  | { readonly type: "no-data" };

/** One item as it is stored; what is null here is nothing in the file, as opposed to an empty text. */
export interface TocItem {
  readonly dumpId: number;
  readonly hasData: boolean;
  readonly classOid: number;
  readonly oid: number;
  readonly tag: string;
  readonly kind: string;
  /** 1 none, 2 pre-data, 3 data, 4 post-data */
  readonly section: number;
  readonly create: string | null;
  readonly drop: string | null;
  readonly copy: string | null;
  readonly schema: string | null;
  readonly tablespace: string | null;
  readonly tableAccessMethod: string | null;
  /** Character code, 0 for none. */
  readonly relkind: number;
  readonly owner: string | null;
  readonly dependencies: readonly number[];
  /** In a custom archive. */
  readonly position: DataPosition;
  /** In a directory or tar archive: the file with the data; "" for none. */
  readonly file: string;
}

/** A PgstowError `corrupt` about a place in a file. */
export function corruptAt(file: string, offset: number, problem: string, cause?: unknown): PgstowError {
  return new PgstowError("corrupt", `"${file}" is damaged: ${problem}, at byte ${offset}`, { cause, context: { file, offset } });
}
