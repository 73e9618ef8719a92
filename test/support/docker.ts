import { request } from "node:http";
import type { Major } from "./majors.ts";

/** A server in a container, reachable by TCP as superuser `postgres` without a password. */
export interface DockerServer {
  readonly host: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Whether a Docker engine answers within a second; PGSTOW_TEST_DOCKER=0 says no. */
export async function dockerAnswers(): Promise<boolean> {
  if (process.env["PGSTOW_TEST_DOCKER"] === "0") return false;
  const address = process.env["DOCKER_HOST"] ?? "unix:///var/run/docker.sock";
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (url === undefined) return false;
  const where = url.protocol === "unix:" ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || "2375" };
  return new Promise((resolve) => {
    const ping = request({ ...where, path: "/_ping", timeout: 1000 }, (response) => {
      response.resume();
      resolve(response.statusCode === 200);
    });
    ping.on("timeout", () => ping.destroy());
    ping.on("error", () => {
      resolve(false);
    });
    ping.end();
  });
}

/** Starts `postgres:MAJOR`. Throws when the image cannot be had. */
export async function startInDocker(major: Major, settings: Readonly<Record<string, string>>): Promise<DockerServer> {
  const { GenericContainer, Wait } = await import("testcontainers");
  const container = await new GenericContainer(`postgres:${String(major)}`)
    .withEnvironment({
      POSTGRES_HOST_AUTH_METHOD: "trust",
      POSTGRES_INITDB_ARGS: "--encoding=UTF8 --locale=C.UTF-8",
    })
    .withCommand(["postgres", ...Object.entries(settings).flatMap(([name, value]) => ["-c", `${name}=${value}`])])
    .withExposedPorts(5432)
    // The image starts a server of its own to initialise the data directory first.
    .withWaitStrategy(Wait.forLogMessage(/database system is ready to accept connections/, 2))
    .start();
  return {
    host: container.getHost(),
    port: container.getMappedPort(5432),
    stop: async () => {
      await container.stop();
    },
  };
}
