/** PostgreSQL's three sections of a dump; "none" is what follows the section of the entry before it (comments, ACLs). */
export type Section = "none" | "pre-data" | "data" | "post-data";
