/** A finding that does not stop the work. The library returns them; the CLI prints them. */
export interface Diagnostic {
  readonly severity: "info" | "warning";
  /** Stable identifier, for callers that filter: `unmodelled-kind`, `dependency-loop`, ... */
  readonly code: string;
  /** One line. */
  readonly message: string;
  readonly details?: readonly string[];
  readonly hint?: string;
}

/** Takes diagnostics as they are found, in order. */
export type DiagnosticSink = (diagnostic: Diagnostic) => void;
