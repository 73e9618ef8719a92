import type { Diagnostic } from "../core/diagnostics.ts";
import { ALL_COMPONENTS } from "../objects/object.ts";
import type { CatalogObject, LoopRole } from "../objects/object.ts";
import type { Relation } from "../objects/relation/relation.ts";
import type { Type } from "../objects/type/type.ts";

/** What a repair may need besides the ring, and where it reports what it could not resolve. */
export interface RepairContext {
  readonly postDataBoundary: CatalogObject;
  readonly onDiagnostic: (diagnostic: Diagnostic) => void;
  readonly describe: (object: CatalogObject) => string;
}

type Ring = readonly CatalogObject[];
/** Opens the ring and returns true, or leaves it alone. */
type Repair = (ring: Ring, context: RepairContext) => boolean;

function forget(object: CatalogObject, dependency: CatalogObject): void {
  object.dependencies = object.dependencies.filter((candidate) => candidate !== dependency);
}

/** First pair in which `owner` has one of the roles and `part` is a part of it with the other role, in ring order. */
function findPart(ring: Ring, ownerRoles: readonly LoopRole[], partRole: LoopRole): { owner: CatalogObject; part: CatalogObject } | null {
  for (const owner of ring) {
    if (!ownerRoles.includes(owner.loopRole)) continue;
    const part = ring.find((candidate) => candidate.loopRole === partRole && candidate.partOf === owner);
    if (part !== undefined) return { owner, part };
  }
  return null;
}

/** A type and one of its functions: the function can do with a type that is only announced. */
const announceType: Repair = (ring) => {
  const type = ring.find((object) => object.loopRole === "type" || object.loopRole === "domain");
  const routine = ring.find((object) => object.loopRole === "function");
  if (ring.length !== 2 || type === undefined || routine === undefined) return false;
  forget(routine, type);
  const { shell } = type as Type;
  if (shell !== null) {
    routine.dependencies.push(shell);
    if (routine.wanted !== 0) shell.wanted = ALL_COMPONENTS;
  }
  return true;
};

/** An owner and its part need each other: inside the owner's text the part needs nothing. */
function absorbPart(ownerRoles: readonly LoopRole[], partRole: LoopRole): Repair {
  return (ring) => {
    const found = ring.length === 2 ? findPart(ring, ownerRoles, partRole) : null;
    if (found === null) return false;
    forget(found.part, found.owner);
    return true;
  };
}

/** A longer ring through an owner and its part: the part becomes an entry of its own, later than the owner. */
function separatePart(ownerRoles: readonly LoopRole[], partRole: LoopRole, needsBoundary: boolean): Repair {
  return (ring, { postDataBoundary }) => {
    const found = ring.length > 2 ? findPart(ring, ownerRoles, partRole) : null;
    if (found === null) return false;
    const { owner, part } = found;
    forget(owner, part);
    part.separate = true;
    part.dependencies.push(owner);
    if (needsBoundary) part.dependencies.push(postDataBoundary);
    return true;
  };
}

/** A view is first made with columns of NULLs; its query follows as a rule. */
const splitView: Repair = (ring, context) => {
  const view = ring.length > 2 ? findPart(ring, ["view"], "view-rule")?.owner : undefined;
  if (view === undefined) return false;
  (view as Relation).isDummyView = true;
  return separatePart(["view"], "view-rule", true)(ring, context);
};

/** Something of the pre-data section needs something of the post-data section: it moves there. */
function postpone(role: LoopRole, boundaryRole: LoopRole): Repair {
  return (ring) => {
    const at = ring.findIndex((object) => object.loopRole === boundaryRole);
    const boundary = ring[at];
    const next = ring[(at + 1) % ring.length];
    if (ring.length < 3 || boundary === undefined || next === undefined) return false;
    if (!ring.some((object) => object.loopRole === role)) return false;
    forget(boundary, next);
    if (next.loopRole === role) next.postponed = true;
    return true;
  };
}

/** Partition keys and, before 15, generated columns make a table depend on itself. */
const ignoreSelf: Repair = (ring) => {
  const [table] = ring;
  if (ring.length !== 1 || table?.loopRole !== "table") return false;
  forget(table, table);
  return true;
};

/** Rows that reference each other in a circle: no order of loading suits. */
const acceptCircularRows: Repair = (ring, { onDiagnostic, describe }) => {
  const [first] = ring;
  if (first === undefined || !ring.every((object) => object.loopRole === "table-data")) return false;
  onDiagnostic({
    severity: "warning",
    code: "circular-foreign-keys",
    message:
      ring.length > 1
        ? "there are circular foreign-key constraints among these tables:"
        : "there are circular foreign-key constraints on this table:",
    details: ring.map(describe),
    hint: "You might not be able to restore the dump without using --disable-triggers or temporarily dropping the constraints. Consider using a full dump instead of a --data-only dump to avoid this problem.",
  });
  forget(first, ring[1] ?? first);
  return true;
};

const giveUp: Repair = (ring, { onDiagnostic, describe }) => {
  const [first] = ring;
  if (first === undefined) return false;
  onDiagnostic({
    severity: "warning",
    code: "dependency-loop",
    message: "could not resolve dependency loop among these items:",
    details: ring.map(describe),
  });
  forget(first, ring[1] ?? first);
  return true;
};

/** Tried in this order; the first that fits opens the ring. */
const REPAIRS: readonly Repair[] = [
  announceType,
  absorbPart(["view", "materialized-view"], "view-rule"),
  splitView,
  postpone("materialized-view", "pre-data-boundary"),
  postpone("materialized-view-statistics", "post-data-boundary"),
  postpone("function", "pre-data-boundary"),
  absorbPart(["table"], "table-check"),
  separatePart(["table"], "table-check", true),
  absorbPart(["table", "view", "materialized-view"], "column-default"),
  separatePart(["table", "view", "materialized-view"], "column-default", false),
  absorbPart(["domain"], "domain-check"),
  separatePart(["domain"], "domain-check", true),
  ignoreSelf,
  acceptCircularRows,
  giveUp,
];

export function repairLoop(ring: Ring, context: RepairContext): void {
  for (const repair of REPAIRS) {
    if (repair(ring, context)) return;
  }
}
