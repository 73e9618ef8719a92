import type { Entry } from "../archive/entry.ts";
import { largeObjectsOf } from "../archive/plain/owner.ts";
import type { PlannedEntry } from "./planned-entry.ts";

/** From this version on large objects come in groups, before it each has an entry of its own. */
const MINOR_OF_GROUPS = 16;
const LARGE_OBJECT_CATALOG = 2613;

/**
 * The same entries with large objects as an archive of version 1.`minor` knows them. `all` are the entries of the source, selected or
 * not: new ids are above theirs.
 */
export function withLargeObjectsOf(planned: readonly PlannedEntry[], all: readonly Entry[], minor: number): PlannedEntry[] {
  if (minor >= MINOR_OF_GROUPS) return inGroups(planned);
  return planned.some(({ entry }) => entry.kind === "BLOB METADATA") ? oneByOne(planned, all) : [...planned];
}

/** Each object becomes a group of one. Groups stand in the data section, before the contents. */
function inGroups(planned: readonly PlannedEntry[]): PlannedEntry[] {
  const ids = new Set(planned.filter(({ entry }) => entry.kind === "BLOB").map(({ entry }) => entry.dumpId));
  if (ids.size === 0) return [...planned];
  const moved = planned
    .filter(({ entry }) => isAbout(entry, ids))
    .map(({ entry, sources }): PlannedEntry => ({
      entry: entry.kind === "BLOB" ? { ...entry, kind: "BLOB METADATA", section: "data" } : entry,
      sources,
    }));
  const rest = planned.filter(({ entry }) => !isAbout(entry, ids));
  const contents = rest.findIndex(({ entry }) => entry.kind === "BLOBS");
  return insertedAt(rest, contents >= 0 ? contents : rest.findIndex(({ entry }) => entry.section === "post-data"), moved);
}

/** Every member of a group becomes an object of its own before all data, and all contents one entry. */
function oneByOne(planned: readonly PlannedEntry[], all: readonly Entry[]): PlannedEntry[] {
  const groups = new Map(planned.filter(({ entry }) => entry.kind === "BLOB METADATA").map(({ entry }) => [entry.dumpId, entry]));
  const members = new Members(all);
  const groupIds = new Set(groups.keys());
  const moved = planned
    .filter(({ entry }) => isAbout(entry, groupIds))
    .flatMap(({ entry }) => {
      const group = entry.dependencies.map((id) => groups.get(id)).find((found) => found !== undefined);
      const entries = group === undefined ? members.definitions(entry) : members.followers(entry, group);
      return entries.map((each): PlannedEntry => ({ entry: each, sources: [] }));
    });
  const contents = planned.filter(({ entry }) => entry.kind === "BLOBS");
  const [first] = contents;
  const joined: PlannedEntry | undefined = first && {
    entry: { ...first.entry, tag: "BLOBS", owner: "", dependencies: contents.flatMap(({ entry }) => members.idsFor(entry, groups)) },
    sources: contents.flatMap(({ sources }) => sources),
  };
  const rest = planned
    .filter(({ entry }) => !isAbout(entry, groupIds) && (entry.kind !== "BLOBS" || entry === first?.entry))
    .map((one) => (one === first && joined !== undefined ? joined : one));
  return insertedAt(
    rest,
    rest.findIndex(({ entry }) => entry.section === "data"),
    moved,
  );
}

/** Definitions with one of these ids, and comments, labels and grants on them. */
function isAbout(entry: Entry, ids: ReadonlySet<number>): boolean {
  return ids.has(entry.dumpId) || (entry.kind !== "BLOBS" && entry.dependencies.some((id) => ids.has(id)));
}

/** -1 is the end. */
function insertedAt(list: readonly PlannedEntry[], at: number, more: readonly PlannedEntry[]): PlannedEntry[] {
  const place = at < 0 ? list.length : at;
  return [...list.slice(0, place), ...more, ...list.slice(place)];
}

/** Single objects in place of groups, and the ids that they get. */
class Members {
  #nextId: number;
  /** By group and OID. */
  readonly #ids = new Map<string, number>();

  constructor(all: readonly Entry[]) {
    this.#nextId = 1 + all.reduce((most, entry) => entry.dependencies.reduce((a, b) => Math.max(a, b), Math.max(most, entry.dumpId)), 0);
  }

  /** The first member keeps the group's id. */
  #id(group: Entry, oid: string): number {
    const key = `${group.dumpId} ${oid}`;
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const id = largeObjectsOf(group)[0] === oid ? group.dumpId : this.#nextId++;
    this.#ids.set(key, id);
    return id;
  }

  definitions(group: Entry): Entry[] {
    return largeObjectsOf(group).map((oid) => ({
      ...group,
      dumpId: this.#id(group, oid),
      kind: "BLOB",
      tag: oid,
      section: "pre-data",
      create: `SELECT pg_catalog.lo_create('${oid}');\n`,
      drop: `SELECT pg_catalog.lo_unlink('${oid}');\n`,
      catalogId: { classOid: LARGE_OBJECT_CATALOG, oid: Number(oid) },
    }));
  }

  /** Grants are for the whole group; a comment or label is for the one object that its tag names. */
  followers(entry: Entry, group: Entry): Entry[] {
    const oids = largeObjectsOf(group);
    const single = /^LARGE OBJECT (\d+)$/.exec(entry.tag)?.[1];
    if (single !== undefined) return [{ ...entry, dependencies: [this.#id(group, single)] }];
    return oids.map((oid, at) => ({
      ...entry,
      dumpId: at === 0 ? entry.dumpId : this.#nextId++,
      tag: `LARGE OBJECT ${oid}`,
      create: commandsOf(entry.create, at),
      dependencies: [this.#id(group, oid)],
    }));
  }

  /** What the contents of groups depend on: the single objects. */
  idsFor(contents: Entry, groups: ReadonlyMap<number, Entry>): number[] {
    return contents.dependencies.flatMap((id) => {
      const group = groups.get(id);
      return group === undefined ? [id] : largeObjectsOf(group).map((oid) => this.#id(group, oid));
    });
  }
}

/** Of each paragraph, which says one command for every member, that of one member. */
function commandsOf(create: string, member: number): string {
  return create
    .split("\n\n")
    .filter((paragraph) => paragraph !== "")
    .map((paragraph) => `${paragraph.split(/(?<=;)\n/)[member] ?? ""}\n`)
    .join("");
}
