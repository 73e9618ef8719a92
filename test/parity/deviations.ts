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
    majors: "13–18",
    what: "pg_dump prints a domain before a cast of the user that its default or a check uses.",
    instead: "The cast comes first.",
    shownBy: "fixtures/deviations/domain-casts.sql",
  },
  {
    majors: "13–18",
    what: "pg_dump prints the comment of a NOT VALID check that a table inherits before the check itself when the table's name comes before its parent's.",
    instead: "The comment comes after the parent's check.",
    shownBy: "fixtures/deviations/inherited-check-comment.sql",
  },
  {
    majors: "13–18",
    what: "pg_dump makes a language whose functions are not in the dump from its name alone, also where there is no extension of that name.",
    instead: "There its functions are named.",
    shownBy: "fixtures/deviations/language-of-others.sql",
  },
  {
    majors: "18",
    what: "pg_dump prints the name of a NOT NULL constraint that it adds by itself without quotes, whatever the name.",
    instead: "The name is quoted where it would not load bare.",
    shownBy: "fixtures/deviations/not-null-names.sql",
  },
  {
    majors: "17–18",
    what: "pg_dump attaches the exclusion constraints of partitions to their parent's, which no server does.",
    instead: "The parent's constraint is added without ONLY and makes them; they are renamed where they had another name.",
    shownBy: "fixtures/deviations/partitioned-exclusion.sql",
  },
  {
    majors: "18",
    what: "pg_dump attaches the keys WITHOUT OVERLAPS of partitions to their parent's in the same way.",
    instead: "As for exclusion constraints.",
    shownBy: "fixtures/deviations/partitioned-temporal.sql",
  },
];
