/** Who does the work: this program, or PostgreSQL's pg_dump and pg_restore on PATH. */
export type Engine = "native" | "pg_dump";

export const engines: readonly Engine[] = ["native", "pg_dump"];
