import { PgstowError } from "../../core/errors.ts";

type Variables = Readonly<Record<string, string | undefined>>;

/** Puts values in for `${NAME}` in every text; `$$` is a dollar sign. Throws a PgstowError `usage` that names field and variable. */
export function fillIn<T>(value: T, variables: Variables, field: string): T {
  return fill(value, variables, field) as T;
}

function fill(value: unknown, variables: Variables, field: string): unknown {
  if (typeof value === "string") return fillText(value, variables, field);
  if (Array.isArray(value)) return value.map((item, at) => fill(item, variables, `${field}[${at}]`));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, fill(item, variables, `${field}.${name}`)]));
}

function fillText(text: string, variables: Variables, field: string): string {
  return text.replaceAll(/\$\$|\$\{([^}]*)\}/g, (found, name: string | undefined) => {
    if (found === "$$") return "$";
    if (name === undefined || !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
      throw new PgstowError("usage", `${field}: "${found}" names no variable`, { hint: "Write ${NAME}; a dollar sign itself is $$." });
    }
    const value = variables[name];
    if (value === undefined || value === "") {
      throw new PgstowError("usage", `${field}: the environment variable ${name} is not set`, { hint: `Set it: export ${name}=...` });
    }
    return value;
  });
}
