import { z } from "zod";

import { VERIFY_LEVELS } from "./backup-info.ts";

const factsShape = z.object({
  id: z.string(),
  database: z.string(),
  label: z.string().nullable(),
  tags: z.array(z.string()),
  rawBytes: z.number(),
  checksum: z.string(),
  startedAt: z.string(),
  finishedAt: z.string(),
  serverVersion: z.string(),
  toolVersion: z.string(),
  tables: z.number(),
  rows: z.number(),
  entries: z.number(),
  options: z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.array(z.string())])),
});

const verificationShape = z.object({ at: z.string(), level: z.enum(VERIFY_LEVELS), ok: z.boolean(), problem: z.string().optional() });

/** What a cached catalogue must look like to be believed. */
export const catalogueShape = z.object({
  version: z.literal(1),
  files: z.record(z.string(), z.object({ version: z.string(), facts: factsShape })),
  verifications: z.record(z.string(), z.array(verificationShape)),
});
