import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

import { PgstowError } from "../core/errors.ts";
import type { ArchiveStore, StoreOptions } from "./archive-store.ts";
import { folderStore } from "./folder-store.ts";

/**
 * Opens a store by its address: a folder (relative ones from `base`), `file:///...` or `s3://bucket/prefix`. What S3 needs is loaded only
 * then. Throws a PgstowError `usage` for an address that names no store.
 */
export async function openStore(store: string | StoreOptions, base = "."): Promise<ArchiveStore> {
  const options = typeof store === "string" ? { url: store } : store;
  const { url } = options;
  if (url === "") throw new PgstowError("usage", "the store's address is empty");
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === "s3") {
    const { openS3Store } = await import("./s3-store.ts");
    return openS3Store(options);
  }
  if (scheme === undefined) return folderStore(resolve(base, url));
  if (scheme === "file") return folderStore(fileFolder(url));
  throw new PgstowError("usage", `there are no stores of the kind ${scheme}://`, {
    hint: "Use a folder, file:///FOLDER or s3://BUCKET/PREFIX.",
  });
}

function fileFolder(url: string): string {
  try {
    return fileURLToPath(url);
  } catch (cause) {
    throw new PgstowError("usage", `"${url}" names no folder on this machine`, { cause, hint: "Write file:///FOLDER." });
  }
}
