import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  ListMultipartUploadsCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from "@aws-sdk/client-s3";

import type { RandomAccess } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore, SmallFile, StoredFile, StoreOptions, UnfinishedFile } from "./archive-store.ts";
import { isMissing, s3Error, statusOf } from "./s3-errors.ts";
import { uploadSink } from "./s3-upload.ts";

/** Opens `s3://bucket/prefix`; no request is made yet. Throws a PgstowError `usage` for an address without a bucket. */
export function openS3Store(options: StoreOptions): ArchiveStore {
  const [, bucket = "", path = ""] = /^s3:\/\/([^/?#]*)\/?([^?#]*)$/i.exec(options.url) ?? [];
  if (bucket === "") throw new PgstowError("usage", `"${options.url}" names no bucket`, { hint: "Write s3://BUCKET/PREFIX." });
  const prefix = path.replace(/\/+$/, "");
  return new S3Store(clientOf(options), bucket, prefix === "" ? "" : `${prefix}/`, options);
}

function clientOf({ endpoint, region, pathStyle, accessKeyId, secretAccessKey }: StoreOptions): S3Client {
  // Services that are like S3 often do not know the checksums that the SDK adds of late.
  const elsewhere =
    endpoint === undefined
      ? {}
      : ({ endpoint, requestChecksumCalculation: "WHEN_REQUIRED", responseChecksumValidation: "WHEN_REQUIRED" } as const);
  const place = region ?? (endpoint === undefined ? undefined : "us-east-1");
  return new S3Client({
    forcePathStyle: pathStyle ?? endpoint !== undefined,
    ...(place === undefined ? {} : { region: place }),
    ...(accessKeyId === undefined || secretAccessKey === undefined ? {} : { credentials: { accessKeyId, secretAccessKey } }),
    ...elsewhere,
  });
}

class S3Store implements ArchiveStore {
  readonly address: string;
  readonly #client: S3Client;
  readonly #bucket: string;
  readonly #prefix: string;
  readonly #options: StoreOptions;
  #serverTime: Date | undefined;

  constructor(client: S3Client, bucket: string, prefix: string, options: StoreOptions) {
    this.#client = client;
    this.#bucket = bucket;
    this.#prefix = prefix;
    this.#options = options;
    this.address = `s3://${bucket}/${prefix}`.replace(/\/$/, "");
    client.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        const date = (result.response as { headers?: Record<string, string> }).headers?.["date"];
        if (date !== undefined && !Number.isNaN(Date.parse(date))) this.#serverTime = new Date(date);
        return result;
      },
      { step: "deserialize" },
    );
  }

  addressOf(name: string): string {
    return `${this.address}/${name}`;
  }

  async folders(): Promise<readonly string[]> {
    const found: string[] = [];
    for await (const page of this.#pages("")) {
      found.push(...(page.CommonPrefixes ?? []).map(({ Prefix = "" }) => Prefix.slice(this.#prefix.length).replace(/\/$/, "")));
    }
    return found.sort();
  }

  async list(folder: string): Promise<readonly StoredFile[]> {
    const files: StoredFile[] = [];
    for await (const page of this.#pages(`${folder}/`)) {
      for (const { Key = "", Size = 0, ETag = "", LastModified = new Date(0) } of page.Contents ?? []) {
        const name = Key.slice(this.#prefix.length);
        if (!name.endsWith("/")) files.push({ name, size: Size, version: `${Size}-${ETag}`, modifiedAt: LastModified });
      }
    }
    return files.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async create(name: string) {
    const sizeOf = async () => (await this.#head(name))?.size;
    const address = this.addressOf(name);
    if ((await sizeOf()) !== undefined) throw new PgstowError("exists", `"${address}" exists already`, { context: { file: address } });
    const { partBytes } = this.#options;
    return uploadSink({
      client: this.#client,
      bucket: this.#bucket,
      key: this.#key(name),
      address,
      partBytes,
      headers: this.#headers(),
      sizeOf,
    });
  }

  async open(name: string): Promise<RandomAccess> {
    const head = await this.#head(name);
    const address = this.addressOf(name);
    if (head === undefined)
      throw new PgstowError("not-found", `could not open "${address}": there is no such object`, { context: { file: address } });
    const where = { Bucket: this.#bucket, Key: this.#key(name) };
    return {
      name: address,
      size: head.size,
      read: (offset, length) => (length === 0 ? Promise.resolve(new Uint8Array()) : this.#range(where, address, head.etag, offset, length)),
      close: () => Promise.resolve(),
    };
  }

  async read(name: string): Promise<SmallFile | undefined> {
    try {
      const { Body, LastModified } = await this.#client.send(new GetObjectCommand({ Bucket: this.#bucket, Key: this.#key(name) }));
      return { bytes: (await Body?.transformToByteArray()) ?? new Uint8Array(), modifiedAt: LastModified ?? new Date(0) };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw s3Error("read", this.addressOf(name), error);
    }
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    await this.#put(name, bytes, {});
  }

  /** Asks first as well, for services that know no conditions; whoever claims must look afterwards whose content is there. */
  async claim(name: string, bytes: Uint8Array): Promise<boolean> {
    if ((await this.#head(name)) !== undefined) return false;
    try {
      await this.#put(name, bytes, { IfNoneMatch: "*" });
      return true;
    } catch (error) {
      const status = error instanceof PgstowError ? statusOf(error.cause) : undefined;
      if (status === 409 || status === 412) return false;
      throw error;
    }
  }

  async remove(name: string): Promise<void> {
    try {
      await this.#client.send(new DeleteObjectCommand({ Bucket: this.#bucket, Key: this.#key(name) }));
    } catch (error) {
      if (!isMissing(error)) throw s3Error("remove", this.addressOf(name), error);
    }
  }

  async unfinished(folder: string): Promise<readonly UnfinishedFile[]> {
    const where = { Bucket: this.#bucket, Prefix: `${this.#key(folder)}/` };
    try {
      const { Uploads = [] } = await this.#client.send(new ListMultipartUploadsCommand(where));
      return Uploads.map(({ Key = "", UploadId = "", Initiated = new Date() }) => ({
        name: Key.slice(this.#prefix.length),
        modifiedAt: Initiated,
        remove: async () => {
          await this.#client.send(new AbortMultipartUploadCommand({ Bucket: this.#bucket, Key, UploadId }));
        },
      }));
    } catch (error) {
      // Not every service that is like S3 can list them, and not every key may.
      if ([403, 404, 405, 501].includes(statusOf(error) ?? 0)) return [];
      throw s3Error("list uploads below", this.addressOf(folder), error);
    }
  }

  now(): Promise<Date> {
    return Promise.resolve(this.#serverTime ?? new Date());
  }

  close(): void {
    this.#client.destroy();
  }

  #key(name: string): string {
    return this.#prefix + name;
  }

  async *#pages(below: string) {
    let token: string | undefined;
    try {
      do {
        const input = { Bucket: this.#bucket, Prefix: this.#prefix + below, Delimiter: "/" };
        const page = await this.#client.send(
          new ListObjectsV2Command({ ...input, ...(token === undefined ? {} : { ContinuationToken: token }) }),
        );
        yield page;
        token = page.IsTruncated === true ? page.NextContinuationToken : undefined;
      } while (token !== undefined);
    } catch (error) {
      throw s3Error("list", this.address, error);
    }
  }

  async #head(name: string): Promise<{ size: number; etag: string } | undefined> {
    try {
      const { ContentLength = 0, ETag = "" } = await this.#client.send(
        new HeadObjectCommand({ Bucket: this.#bucket, Key: this.#key(name) }),
      );
      return { size: ContentLength, etag: ETag };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw s3Error("read", this.addressOf(name), error);
    }
  }

  /** Of the object that was opened and of no other that has taken its name. */
  async #range(where: { Bucket: string; Key: string }, address: string, etag: string, offset: number, length: number): Promise<Uint8Array> {
    const Range = `bytes=${offset}-${offset + length - 1}`;
    try {
      const { Body } = await this.#client.send(new GetObjectCommand({ ...where, Range, ...(etag === "" ? {} : { IfMatch: etag }) }));
      // A buffer of its own, which whoever reads may hand to another thread.
      const bytes = Uint8Array.from((await Body?.transformToByteArray()) ?? []);
      if (bytes.length === length) return bytes;
      throw new PgstowError("file", `could not read "${address}": ${bytes.length} bytes came of ${length}`, { context: { file: address } });
    } catch (error) {
      throw s3Error("read", address, error);
    }
  }

  async #put(name: string, bytes: Uint8Array, condition: { IfNoneMatch?: string }): Promise<void> {
    const what = { Bucket: this.#bucket, Key: this.#key(name), Body: bytes, ContentLength: bytes.length };
    try {
      await this.#client.send(new PutObjectCommand({ ...what, ...this.#headers(), ...condition }));
    } catch (error) {
      throw s3Error("write", this.addressOf(name), error);
    }
  }

  #headers() {
    const { serverSideEncryption, kmsKeyId, storageClass } = this.#options;
    return {
      ...(serverSideEncryption === undefined ? {} : { ServerSideEncryption: serverSideEncryption }),
      ...(kmsKeyId === undefined ? {} : { SSEKMSKeyId: kmsKeyId }),
      ...(storageClass === undefined ? {} : { StorageClass: storageClass as "STANDARD" }),
    };
  }
}
