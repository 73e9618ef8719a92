import type { classOids } from "../objects/class-oids.ts";

/** A column of one-letter values, and those that the kinds know; "" stands for the zero byte. */
export interface LetterColumn {
  readonly catalog: string;
  readonly column: string;
  readonly letters: readonly string[];
  /** What a row describes, for messages: the catalog, and SQL of row and sub-object. */
  readonly object: readonly [catalog: keyof typeof classOids, oid: string, subId?: string];
  /** First server major that has the column. */
  readonly majorMin?: number;
}

function letters(catalog: keyof typeof classOids, column: string, known: string, majorMin = 0): LetterColumn {
  return { catalog, column, letters: known.split(" "), object: [catalog, "oid"], majorMin };
}

function columnLetters(column: string, known: readonly string[], majorMin = 0): LetterColumn {
  return { catalog: "pg_attribute", column, letters: known, object: ["pg_class", "attrelid", "attnum"], majorMin };
}

/** Every such column that decides what is written for an object, on servers 13 to 18. */
export const knownLetters: readonly LetterColumn[] = [
  letters("pg_class", "relkind", "r i S t v m c f p I"),
  letters("pg_class", "relpersistence", "p u t"),
  letters("pg_class", "relreplident", "d n f i"),
  columnLetters("attidentity", ["", "a", "d"]),
  columnLetters("attgenerated", ["", "s", "v"]),
  columnLetters("attstorage", ["p", "e", "m", "x"]),
  columnLetters("attcompression", ["", "p", "l"], 14),
  letters("pg_type", "typtype", "b c d e p r m"),
  letters("pg_type", "typalign", "c s i d"),
  letters("pg_type", "typstorage", "p e m x"),
  letters("pg_proc", "prokind", "f p a w"),
  letters("pg_proc", "provolatile", "i s v"),
  letters("pg_proc", "proparallel", "s r u"),
  { ...letters("pg_proc", "aggkind", "n o h"), catalog: "pg_aggregate", object: ["pg_proc", "aggfnoid"] },
  { ...letters("pg_proc", "aggfinalmodify", "r s w"), catalog: "pg_aggregate", object: ["pg_proc", "aggfnoid"] },
  { ...letters("pg_proc", "aggmfinalmodify", "r s w"), catalog: "pg_aggregate", object: ["pg_proc", "aggfnoid"] },
  letters("pg_operator", "oprkind", "b l r"),
  letters("pg_am", "amtype", "i t"),
  letters("pg_amop", "amoppurpose", "s o"),
  letters("pg_cast", "castcontext", "e a i"),
  letters("pg_cast", "castmethod", "f i b"),
  letters("pg_collation", "collprovider", "d c i b"),
  letters("pg_constraint", "contype", "c f n p u t x"),
  { ...letters("pg_constraint", "confmatchtype", "f p s"), letters: ["f", "p", "s", " "] },
  { ...letters("pg_constraint", "confupdtype", ""), letters: ["a", "r", "c", "n", "d", " "] },
  { ...letters("pg_constraint", "confdeltype", ""), letters: ["a", "r", "c", "n", "d", " "] },
  { ...letters("pg_class", "partstrat", "r l h"), catalog: "pg_partitioned_table", object: ["pg_class", "partrelid"] },
  letters("pg_trigger", "tgenabled", "O D R A"),
  letters("pg_rewrite", "ev_type", "1 2 3 4"),
  letters("pg_rewrite", "ev_enabled", "O D R A"),
  letters("pg_event_trigger", "evtenabled", "O D R A"),
  letters("pg_policy", "polcmd", "* r a w d"),
  letters("pg_default_acl", "defaclobjtype", "r S f T n L"),
  letters("pg_publication", "pubgencols", "n s", 18),
];

/** Kinds of dependency in pg_depend. */
export const knownDependencyLetters: readonly string[] = ["n", "a", "i", "P", "S", "e", "x", "p"];
