/** A place where pg_dump's text cannot be restored, and ours therefore differs. */
export interface Deviation {
  readonly majors: string;
  /** A sentence: what pg_dump writes. */
  readonly what: string;
  /** A sentence: what we write. */
  readonly instead: string;
  /** The test, as a path in this repository. */
  readonly shownBy: string;
}

export const deviations: readonly Deviation[] = [
  {
    majors: "18",
    what: "pg_dump prints the name of a NOT NULL constraint that it adds by itself without quotes, whatever the name.",
    instead: "The name is quoted where it would not load bare.",
    shownBy: "src/objects/relation/not-null.test.ts",
  },
];
