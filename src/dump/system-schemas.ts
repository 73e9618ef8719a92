import type { DiagnosticSink } from "../core/diagnostics.ts";
import type { Inventory } from "../objects/inventory.ts";
import type { Selection } from "../objects/selection.ts";

/** The schemas that are full of what every server has. */
const SYSTEM_SCHEMAS: readonly string[] = ["pg_catalog", "information_schema"];

/** Says that a schema of the server's own is not dumped whole: pg_dump prints definitions of what every server has, which none takes. */
export function noteSystemSchemas({ schemas }: Inventory, selection: Selection, onDiagnostic: DiagnosticSink): void {
  const named = [...schemas.values()]
    .filter(({ oid, name }) => SYSTEM_SCHEMAS.includes(name) && selection.schemas?.has(oid) === true && !selection.excludedSchemas.has(oid))
    .map(({ name }) => name);
  if (named.length === 0) return;
  onDiagnostic({
    severity: "warning",
    code: "system-schema",
    message: `most of what the server itself brings into ${named.sort().reverse().join(" and ")} is left out of the dump`,
    hint: "Every server has it already. Objects of one's own are dumped from there as from anywhere.",
  });
}
