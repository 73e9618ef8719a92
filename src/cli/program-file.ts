import { fileURLToPath } from "node:url";

/** The file that Node runs as `pgstow`: beside this one, in TypeScript or built. */
export const programFile = fileURLToPath(new URL(`./main${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url));
