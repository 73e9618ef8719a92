import { z } from "zod";

import { PgstowError } from "../../core/errors.ts";
import { isLockTimeout } from "../../postgres/lock-timeout.ts";
import { isDuration } from "../duration.ts";
import { ENVIRONMENTS } from "../remote.ts";
import { REMOTE_NAME } from "./check-remote.ts";

const count = z.number().int().min(0).max(100_000);
const patterns = z.array(z.string().min(1));
const duration = z.string().refine(isDuration, { message: "is no span of time: write 30d, 12h, 2w or 1y6m" });

const storeShape = z.union([
  z.string().min(1),
  z.strictObject({
    url: z.string().min(1),
    endpoint: z.string().min(1).optional(),
    region: z.string().min(1).optional(),
    pathStyle: z.boolean().optional(),
    serverSideEncryption: z.enum(["AES256", "aws:kms", "aws:kms:dsse"]).optional(),
    kmsKeyId: z.string().min(1).optional(),
    storageClass: z.string().min(1).optional(),
    accessKeyId: z.string().min(1).optional(),
    secretAccessKey: z.string().min(1).optional(),
    partBytes: z
      .number()
      .int()
      .min(5 << 20)
      .max(5 * 2 ** 30)
      .optional(),
  }),
]);

const retentionShape = z.strictObject({
  keepLast: count.optional(),
  keepDaily: count.optional(),
  keepWeekly: count.optional(),
  keepMonthly: count.optional(),
  keepYearly: count.optional(),
  keepTags: patterns.optional(),
  keepWithin: duration.optional(),
  olderThan: duration.optional(),
});

const flag = z.boolean().optional();

const dumpShape = z.strictObject({
  schemas: patterns.optional(),
  excludeSchemas: patterns.optional(),
  tables: patterns.optional(),
  excludeTables: patterns.optional(),
  excludeTableData: patterns.optional(),
  extensions: patterns.optional(),
  excludeExtensions: patterns.optional(),
  schemaOnly: flag,
  largeObjects: flag,
  noOwner: flag,
  noPrivileges: flag,
  noComments: flag,
  noPublications: flag,
  noSubscriptions: flag,
  noSecurityLabels: flag,
  noTablespaces: flag,
  noUnloggedTableData: flag,
  enableRowSecurity: flag,
  serializableDeferrable: flag,
  strict: flag,
  lockWaitTimeout: z
    .string()
    .refine(isLockTimeout, { message: "is no timeout: write milliseconds, or a number with a unit, such as 500ms, 10s or 1.5min" })
    .optional(),
  role: z.string().optional(),
  compressionLevel: z.number().int().min(1).max(22).optional(),
});

const hooksShape = z.strictObject({
  before: z.string().optional(),
  after: z.string().optional(),
  failed: z.string().optional(),
  timeout: z.number().min(0.1).max(1_000_000).optional(),
});

const remoteShape = z.strictObject({
  url: z.string().min(1),
  environment: z.enum(ENVIRONMENTS).optional(),
  store: storeShape.optional(),
  retention: retentionShape.optional(),
  dump: dumpShape.optional(),
  hooks: hooksShape.optional(),
});

const configShape = z.strictObject({
  $schema: z.string().optional(),
  /** Where remotes without a store of their own keep their backups; `./backups` unless given. */
  store: storeShape.optional(),
  remotes: z
    .record(z.string().regex(REMOTE_NAME, { message: "is no name for a remote: letters, digits, _, - and ." }), remoteShape)
    .default({}),
});

export type PgstowConfig = z.infer<typeof configShape>;

/** Checks what a configuration file holds. Throws a PgstowError `usage` whose message has one line for each field that is wrong. */
export function parseConfig(value: unknown, file: string): PgstowConfig {
  const result = configShape.safeParse(value);
  if (result.success) return result.data;
  const lines = result.error.issues.flatMap((issue) => linesOf(issue, value));
  throw new PgstowError("usage", [...new Set(lines)].map((line) => `${file}: ${line}`).join("\n"), {
    context: { file },
    hint: "The README's part on backups lists the fields.",
  });
}

function linesOf(issue: z.core.$ZodIssue, value: unknown): string[] {
  const field = issue.path.map(String).join(".");
  const name = field === "" ? "the configuration" : field;
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => `${field === "" ? key : `${field}.${key}`}: there is no such field`);
    case "invalid_type":
      return [`${name}: ${isGiven(issue.path, value) ? `must be ${article(issue.expected)}` : "is missing"}`];
    case "invalid_value":
      return [`${name}: must be one of ${issue.values.map(String).join(", ")}`];
    case "invalid_key":
      return [`${name}: ${issue.issues.map(({ message }) => message).join("; ")}`];
    case "invalid_union":
      return unionLines(issue, name, value);
    case "too_small":
      return [issue.origin === "string" ? `${name}: is empty` : `${name}: must be at least ${String(issue.minimum)}`];
    case "too_big":
      return [`${name}: must be at most ${String(issue.maximum)}`];
    case "invalid_format":
    case "custom":
    case "not_multiple_of":
    case "invalid_element":
      return [`${name}: ${issue.message}`];
  }
}

/** An address or an object: what is an object is told what is wrong with its fields. */
function unionLines(issue: z.core.$ZodIssueInvalidUnion, name: string, value: unknown): string[] {
  const given = valueAt(issue.path, value);
  if (typeof given !== "object" || given === null) return [`${name}: must be an address or an object with a url`];
  const inner = issue.errors.at(-1) ?? [];
  return inner.flatMap((one) => linesOf({ ...one, path: [...issue.path, ...one.path] }, value));
}

function isGiven(path: readonly PropertyKey[], value: unknown): boolean {
  return valueAt(path, value) !== undefined;
}

function valueAt(path: readonly PropertyKey[], value: unknown): unknown {
  let at = value;
  for (const key of path) at = typeof at === "object" && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined;
  return at;
}

function article(type: string): string {
  const names: Readonly<Record<string, string>> = {
    int: "a whole number",
    array: "a list",
    record: "an object",
    object: "an object",
    boolean: "true or false",
  };
  return names[type] ?? `a ${type}`;
}
