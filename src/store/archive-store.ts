import type { RandomAccess, Sink } from "../archive/archive.ts";

/** One file of a store, as a listing tells of it. */
export interface StoredFile {
  /** Path in the store, its parts separated by slashes: `staging/shop-20261122T140501Z-ab12cd.sql.zst`. */
  readonly name: string;
  readonly size: number;
  /** Another one whenever the content is another one. Compared, never interpreted. */
  readonly version: string;
  readonly modifiedAt: Date;
}

/**
 * A place that keeps archives, in folders of one level. Every call throws a PgstowError `file` with one line that says what could not be
 * done, where and why.
 */
export interface ArchiveStore {
  /** What people call it: an absolute path, or `s3://bucket/prefix`. Holds no secret. */
  readonly address: string;
  /** The address of one file. */
  addressOf(name: string): string;
  /** Names of the folders, sorted. */
  folders(): Promise<readonly string[]>;
  /** Whole files of a folder, sorted by name; none when there is no such folder. */
  list(folder: string): Promise<readonly StoredFile[]>;
  /** Takes a new file's bytes; it appears under its name only when it is whole. Refuses a name that is taken with `exists`. */
  create(name: string): Promise<Sink>;
  /** Opens a file for reading anywhere in it; `not-found` when there is none. */
  open(name: string): Promise<RandomAccess>;
  /** All of a small file; undefined when there is none. */
  read(name: string): Promise<SmallFile | undefined>;
  /** Writes a small file at once, in place of what has that name. */
  write(name: string, bytes: Uint8Array): Promise<void>;
  /** Writes a small file unless there is one of that name; false when there is. */
  claim(name: string, bytes: Uint8Array): Promise<boolean>;
  /** Removes a file; it need not be there. */
  remove(name: string): Promise<void>;
  /** What writers that died have left in a folder. */
  unfinished(folder: string): Promise<readonly UnfinishedFile[]>;
  /** The time by the clock that `modifiedAt` comes from. */
  now(): Promise<Date>;
  close(): void;
}

export interface SmallFile {
  readonly bytes: Uint8Array;
  readonly modifiedAt: Date;
}

export interface UnfinishedFile {
  readonly name: string;
  readonly modifiedAt: Date;
  remove(): Promise<void>;
}

/** What an archive's store is configured with. */
export interface StoreOptions {
  /** `./folder`, an absolute path, `file:///folder` or `s3://bucket/prefix`. */
  readonly url: string;
  /** Address of a service other than Amazon's: `http://127.0.0.1:9000`. */
  readonly endpoint?: string | undefined;
  readonly region?: string | undefined;
  /** The bucket's name in the path and not in the host's name; on when there is an endpoint. */
  readonly pathStyle?: boolean | undefined;
  readonly serverSideEncryption?: "AES256" | "aws:kms" | "aws:kms:dsse" | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly storageClass?: string | undefined;
  /** Keys for S3; those that the AWS tools find (environment, profile, instance) unless given. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
  /** Bytes of one part of an upload, which has 10,000 at most; 16 MiB unless given. */
  readonly partBytes?: number | undefined;
}
