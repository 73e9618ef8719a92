import { once } from "node:events";
import { PassThrough } from "node:stream";

import type { S3Client } from "@aws-sdk/client-s3";
import { Upload } from "@aws-sdk/lib-storage";

import type { Sink } from "../archive/archive.ts";
import { PgstowError } from "../core/errors.ts";
import { s3Error } from "./s3-errors.ts";

const PART_BYTES = 16 << 20;
const PARTS_IN_FLIGHT = 2;

export interface UploadTarget {
  readonly client: S3Client;
  readonly bucket: string;
  readonly key: string;
  /** For messages. */
  readonly address: string;
  readonly partBytes: number | undefined;
  /** Encryption and class of storage. */
  readonly headers: object;
  /** Size of the object under that key now; undefined when there is none. */
  readonly sizeOf: () => Promise<number | undefined>;
}

/** Streams into a multipart upload: no file, and no more than a few parts in memory. The object appears when the last part is in. */
export function uploadSink(target: UploadTarget): Sink {
  const body = new PassThrough({ highWaterMark: 1 << 20 });
  const upload = new Upload({
    client: target.client,
    params: { ...target.headers, Bucket: target.bucket, Key: target.key, Body: body, ContentType: "application/zstd", IfNoneMatch: "*" },
    partSize: target.partBytes ?? PART_BYTES,
    queueSize: PARTS_IN_FLIGHT,
  });
  let failure: PgstowError | undefined;
  let bytesWritten = 0;
  const done = upload.done().then(
    () => undefined,
    (error: unknown) => {
      failure ??= s3Error("write", target.address, error);
      body.destroy();
    },
  );
  body.on("error", () => undefined);
  return {
    async write(bytes) {
      if (failure !== undefined) throw failure;
      bytesWritten += bytes.length;
      // The caller may use its memory again, and a part is kept until the service has it.
      if (!body.write(Buffer.from(bytes))) await Promise.race([once(body, "drain"), done]);
      // Set while this waited.
      if (failure as PgstowError | undefined) throw failure as unknown as PgstowError;
    },
    async finish() {
      body.end();
      await done;
      if (failure !== undefined) throw failure;
      const size = await target.sizeOf();
      if (size === bytesWritten) return;
      throw new PgstowError("file", `could not write "${target.address}": ${size ?? 0} bytes arrived of ${bytesWritten}`);
    },
    async abort() {
      failure ??= new PgstowError("aborted", "the upload was given up");
      await upload.abort().catch(() => undefined);
      body.destroy();
      await done;
    },
  };
}
