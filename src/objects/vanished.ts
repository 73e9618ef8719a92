import { PgstowError } from "../core/errors.ts";

/**
 * What the snapshot shows was dropped before it was read: the server's deparse functions look at the catalogs as they are now, and
 * answer null for what is gone. `what` is the object's kind ("view").
 */
export function vanishedError(
  what: string,
  object: { readonly schema: { readonly name: string } | null; readonly name: string },
): PgstowError {
  const name = object.schema === null ? object.name : `${object.schema.name}.${object.name}`;
  return new PgstowError("concurrent-change", `${what} "${name}" was dropped while it was being read`, {
    hint: "Dump again when no schema change is running.",
  });
}
