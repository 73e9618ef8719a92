/** Why a variable cannot be set so; what it can be may follow in a second line. */
export interface VariableProblem {
  readonly message: string;
}

type Kind = { readonly type: "boolean" } | { readonly type: "choice"; readonly choices: readonly string[] } | { readonly type: "number" };

const BOOLEAN: Kind = { type: "boolean" };
const NUMBER: Kind = { type: "number" };
const choice = (...choices: readonly string[]): Kind => ({ type: "choice", choices });

/** Variables that mean something to psql: what they may hold, and what they hold when they are unset. */
const KNOWN: Readonly<Record<string, readonly [kind: Kind, unset: string]>> = {
  AUTOCOMMIT: [BOOLEAN, "off"],
  ECHO: [choice("none", "errors", "queries", "all"), "none"],
  ECHO_HIDDEN: [choice("off", "on", "noexec"), "off"],
  FETCH_COUNT: [NUMBER, "0"],
  HIDE_TABLEAM: [BOOLEAN, "off"],
  HIDE_TOAST_COMPRESSION: [BOOLEAN, "off"],
  HISTSIZE: [NUMBER, "500"],
  IGNOREEOF: [NUMBER, "0"],
  ON_ERROR_ROLLBACK: [choice("off", "on", "interactive"), "off"],
  ON_ERROR_STOP: [BOOLEAN, "off"],
  QUIET: [BOOLEAN, "off"],
  SHOW_ALL_RESULTS: [BOOLEAN, "off"],
  SHOW_CONTEXT: [choice("never", "errors", "always"), "errors"],
  SINGLELINE: [BOOLEAN, "off"],
  SINGLESTEP: [BOOLEAN, "off"],
  VERBOSITY: [choice("default", "verbose", "terse", "sqlstate"), "default"],
};

const INITIAL: Readonly<Record<string, string>> = {
  AUTOCOMMIT: "on",
  COMP_KEYWORD_CASE: "preserve-upper",
  HISTCONTROL: "none",
  PROMPT1: "%/%R%x%# ",
  PROMPT2: "%/%R%x%# ",
  PROMPT3: ">> ",
  SHOW_ALL_RESULTS: "on",
};

/** psql's variables. Values are bytes, one character each. */
export class Variables {
  readonly #values = new Map<string, string>();

  constructor() {
    for (const [name, [, unset]] of Object.entries(KNOWN)) this.#values.set(name, unset);
    for (const [name, value] of Object.entries(INITIAL)) this.#values.set(name, value);
  }

  get(name: string): string | undefined {
    return this.#values.get(name);
  }

  isOn(name: string): boolean {
    return this.#values.get(name) === "on";
  }

  /** Sets it, or says why not. `undefined` unsets it. */
  set(name: string, value: string | undefined): VariableProblem | undefined {
    if (!/^[A-Za-z0-9_\u0080-\u00ff]+$/.test(name)) {
      return value === undefined ? undefined : { message: `invalid variable name: "${name}"` };
    }
    const known = Object.hasOwn(KNOWN, name) ? KNOWN[name] : undefined;
    if (known === undefined) {
      if (value === undefined) this.#values.delete(name);
      else this.#values.set(name, value);
      return undefined;
    }
    const [kind, unset] = known;
    if (value === undefined) {
      this.#values.set(name, unset);
      return undefined;
    }
    const meant = meaningOf(kind, value);
    if (meant === undefined) return problemWith(kind, name, value);
    this.#values.set(name, meant);
    return undefined;
  }

  /** For what psql itself tells. */
  tell(name: string, value: string): void {
    this.#values.set(name, value);
  }

  *list(): Generator<readonly [string, string]> {
    for (const name of [...this.#values.keys()].sort()) yield [name, this.#values.get(name)!];
  }
}

function meaningOf(kind: Kind, value: string): string | undefined {
  switch (kind.type) {
    case "boolean": {
      const truth = value === "" ? true : parseBoolean(value);
      return truth === undefined ? undefined : truth ? "on" : "off";
    }
    case "number":
      return /^\s*-?(?:\d+|0x[\da-f]+)$/i.test(value) ? value : undefined;
    case "choice": {
      const word = value.toLowerCase();
      if (kind.choices.includes(word)) return word;
      if (!kind.choices.includes("on")) return undefined;
      const truth = value === "" ? true : parseBoolean(value);
      return truth === undefined ? undefined : truth ? "on" : "off";
    }
  }
}

function problemWith(kind: Kind, name: string, value: string): VariableProblem {
  if (kind.type === "boolean") return { message: `unrecognized value "${value}" for "${name}": Boolean expected` };
  if (kind.type === "number") return { message: `invalid value "${value}" for "${name}": integer expected` };
  return { message: `unrecognized value "${value}" for "${name}"\nAvailable values are: ${kind.choices.join(", ")}.` };
}

/** What psql takes for true or false: beginnings of the words too, when they are clear. */
export function parseBoolean(text: string): boolean | undefined {
  const word = text.toLowerCase();
  if (word === "") return undefined;
  if ("true".startsWith(word) || "yes".startsWith(word) || word === "1" || word === "on") return true;
  if ("false".startsWith(word) || "no".startsWith(word) || word === "0" || word === "of" || word === "off") return false;
  return undefined;
}
