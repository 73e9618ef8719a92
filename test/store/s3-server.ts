import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreOptions } from "../../src/store/archive-store.ts";
import { dockerAnswers } from "../support/docker.ts";

/** An S3 service with one bucket, `backups`. */
export interface S3Service {
  readonly endpoint: string;
  /** What a store below this prefix is opened with. */
  store(prefix: string): StoreOptions;
  stop(): Promise<void>;
}

/** s3rver writes no types down. */
type S3rverClass = new (options: object) => { run(): Promise<{ address: string; port: number }>; close(): Promise<void> };

/** s3rver in this process, on a port that the kernel chose. */
export async function startS3rver(): Promise<S3Service> {
  // @ts-expect-error It has no types.
  const { default: S3rver } = (await import("s3rver")) as { default: S3rverClass };
  const directory = await mkdtemp(join(tmpdir(), "pgstow-s3-"));
  const server = new S3rver({ port: 0, address: "127.0.0.1", silent: true, directory, configureBuckets: [{ name: "backups" }] });
  const { port } = await server.run();
  return service(`http://127.0.0.1:${String(port)}`, "S3RVER", "S3RVER", async () => {
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });
}

/** MinIO in a container; undefined where no Docker engine answers. */
export async function startMinio(): Promise<S3Service | undefined> {
  if (!(await dockerAnswers())) return undefined;
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer("minio/minio")
    .withEntrypoint(["sh", "-c", "mkdir -p /data/backups && exec minio server /data"])
    .withExposedPorts(9000)
    .withWaitStrategy(Wait.forHttp("/minio/health/ready", 9000))
    .start();
  return service(`http://${container.getHost()}:${String(container.getMappedPort(9000))}`, "minioadmin", "minioadmin", async () => {
    await container.stop();
  });
}

function service(endpoint: string, accessKeyId: string, secretAccessKey: string, stop: () => Promise<void>): S3Service {
  return {
    endpoint,
    store: (prefix) => ({ url: `s3://backups/${prefix}`, endpoint, accessKeyId, secretAccessKey, partBytes: 5 << 20 }),
    stop,
  };
}
