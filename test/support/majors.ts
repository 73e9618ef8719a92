/** The server majors that pgstow supports. */
export const supportedMajors = [13, 14, 15, 16, 17, 18] as const;
export type Major = (typeof supportedMajors)[number];

/** What `npm test` runs against when nothing else is asked for. */
const defaultMajors: readonly Major[] = [15, 18];

export function isMajor(value: number): value is Major {
  return (supportedMajors as readonly number[]).includes(value);
}

/** The majors that this run shall test: PGSTOW_TEST_MAJORS ("13,17" or "all"), else 15 and 18. Throws on anything else. */
export function wantedMajors(environment: NodeJS.ProcessEnv = process.env): readonly Major[] {
  const text = environment["PGSTOW_TEST_MAJORS"]?.trim() ?? "";
  if (text === "") return defaultMajors;
  if (text === "all") return supportedMajors;
  return text.split(",").map((part) => {
    const major = Number(part);
    if (!isMajor(major)) throw new Error(`PGSTOW_TEST_MAJORS: ${part.trim()} is none of ${supportedMajors.join(", ")}`);
    return major;
  });
}
