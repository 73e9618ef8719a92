import { describe, expect, it } from "vitest";
import { PgstowError } from "../core/errors.ts";
import { createMessages } from "./messages.ts";

function said(say: (messages: ReturnType<typeof createMessages>) => void, options: { debug?: boolean; verbose?: boolean } = {}): string {
  let text = "";
  say(createMessages({ write: (piece) => (text += piece), debug: false, verbose: false, ...options }));
  return text;
}

const refusal = new PgstowError("server", "duplicate key", {
  context: { detail: "Key (i)=(1) already exists.", where: "COPY t, line 3", serverHint: "Look.", statement: "COPY t FROM stdin" },
  hint: "Look.",
});

describe("messages", () => {
  it("says an error with the server's further words, each hint once", () => {
    expect(said((messages) => messages.error(refusal))).toBe(
      [
        "pgstow: error: duplicate key",
        "pgstow: detail: Key (i)=(1) already exists.",
        "pgstow: context: COPY t, line 3",
        "pgstow: statement: COPY t FROM stdin",
        "pgstow: hint: Look.",
        "",
      ].join("\n"),
    );
  });

  it("shows stack and cause with --debug only", () => {
    const error = new PgstowError("file", "no", { cause: new Error("deep") });
    expect(said((messages) => messages.error(error))).not.toContain("messages.test.ts");
    expect(said((messages) => messages.error(error), { debug: true })).toMatch(/messages\.test\.ts[^]*caused by Error: deep/);
  });

  it("says warnings always, and what is only good to know with --verbose", () => {
    const info = { severity: "info", code: "x", message: "m", details: ["d"], hint: "h" } as const;
    expect(said((messages) => messages.diagnostic(info))).toBe("");
    expect(said((messages) => messages.diagnostic(info), { verbose: true })).toBe("pgstow: info: m\npgstow: detail: d\npgstow: hint: h\n");
    expect(said((messages) => messages.diagnostic({ ...info, severity: "warning" }))).toContain("pgstow: warning: m\n");
  });
});
