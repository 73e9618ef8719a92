/**
 * `npm run bundle`, or `node esbuild.config.js FOLDER`: the library and the command line as one JavaScript file, with zstd's native module beside it, for places where
 * nothing can be installed. Left out is the loader of configuration files in TypeScript, which brings a compiler.
 */
import { build } from "esbuild";
import { copyFile, mkdir, readFile, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const folder = process.argv[2] ?? new URL("bundle/", import.meta.url).pathname;
const { version } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));

/** Modules that look for files beside themselves; in the bundle everything is one file. */
const standIns = {
  "zstd-napi/binding.js": `import { createRequire } from "node:module"; export default createRequire(import.meta.url)("./zstd.node");`,
  "./worker-program.ts": `export const workerProgram = new URL(import.meta.url);`,
  "../program-file.ts": `import { fileURLToPath } from "node:url"; export const programFile = fileURLToPath(import.meta.url);`,
  "../core/version.ts": `export const readVersion = () => ${JSON.stringify(version)};`,
};

const entry = `
import { realpathSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { workerData } from "node:worker_threads";
export * from "./src/index.ts";
const isProgram = () => {
  try {
    return realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
  } catch {
    return false;
  }
};
if (workerData === "pgstow chunks") await import("./src/chunk/worker.js");
else if (import.meta.url.endsWith("?program") || isProgram()) await import("./src/cli/main.ts");
`;

await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
await build({
  stdin: { contents: entry, resolveDir: new URL(".", import.meta.url).pathname, sourcefile: "pgstow.js" },
  outfile: join(folder, "pgstow.mjs"),
  bundle: true,
  minify: true,
  keepNames: true,
  platform: "node",
  format: "esm",
  target: "node20",
  external: ["jiti", "pg-native", "pg-cloudflare"],
  // Packages in the older module format ask for Node's own modules at run time.
  banner: {
    js: `#!/usr/bin/env node\nimport { createRequire as makeRequire } from "node:module"; const require = makeRequire(import.meta.url);`,
  },
  plugins: [
    {
      name: "stand-ins",
      setup({ onResolve, onLoad }) {
        onResolve({ filter: /./ }, ({ path }) => {
          const name = Object.keys(standIns).find(
            (known) => path === known || (known.endsWith("version.ts") && /\/core\/version\.ts$/.test(path)),
          );
          return name === undefined ? undefined : { path: name, namespace: "stand-in" };
        });
        onLoad({ filter: /./, namespace: "stand-in" }, ({ path }) => ({ contents: standIns[path], loader: "js" }));
      },
    },
  ],
});
const zstd = createRequire(import.meta.url).resolve("zstd-napi/binding.js");
await copyFile(join(dirname(zstd), "build", "Release", "binding.node"), join(folder, "zstd.node"));
