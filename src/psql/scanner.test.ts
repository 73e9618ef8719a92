import { describe, expect, test } from "vitest";
import { quoteValue } from "./quote-value.ts";
import { Scanner } from "./scanner.ts";

interface Cut {
  readonly statements: string[];
  /** What is left without a semicolon. */
  readonly rest: string;
}

function cut(script: string, options: { standardStrings?: boolean; variables?: Record<string, string> } = {}): Cut {
  const scanner = new Scanner({
    variable: (name) => {
      const value = options.variables?.[name];
      return value === undefined ? undefined : Buffer.from(value);
    },
    quoted: quoteValue,
    standardStrings: () => options.standardStrings ?? true,
    onRecursion: () => undefined,
  });
  const statements: string[] = [];
  for (const line of script.split("\n")) {
    scanner.text.startLine();
    scanner.setLine(Buffer.from(line));
    for (let stop = scanner.scan(); stop !== "end-of-line"; stop = scanner.scan()) {
      statements.push(stop === "semicolon" ? scanner.text.bytes().toString() : `backslash after ${scanner.text.bytes().toString()}`);
      scanner.reset();
    }
  }
  return { statements, rest: scanner.text.bytes().toString() };
}

const statements = (script: string, options?: Parameters<typeof cut>[1]) => cut(script, options).statements;

describe("the scanner", () => {
  test("ends statements at semicolons outside of everything", () => {
    const kept = [
      "select ';';",
      "select 'it''s;';",
      'select ";""";',
      "select $$;$$;",
      "select $a$;$$;$a$;",
      "select (1;2);",
      "select E'\\';';",
      "select /* ; /* ; */ ; */ 1;",
      "select U&'\\;', b'1;', x'1;';",
      "select 1 \n-- ;\n;",
      "select a$b$;",
    ];
    expect(statements(kept.join(" \n"))).toEqual(kept);
  });

  test("leaves out what stands before a statement", () => {
    expect(cut("-- a;\n  \t-- b\nselect 1; -- c\n/* kept */ select 2;\n\n-- d")).toEqual({
      statements: ["select 1;", "/* kept */ select 2;"],
      rest: "",
    });
  });

  test("knows backslashes in plain strings only where they are escapes", () => {
    expect(statements("select 'a\\';")).toEqual(["select 'a\\';"]);
    expect(cut("select 'a\\';", { standardStrings: false })).toEqual({ statements: [], rest: "select 'a\\';" });
  });

  test("counts BEGIN, CASE and END in bodies of functions, and nowhere else", () => {
    const body = "create or replace function f() returns int begin atomic select case when a then b end; select 2; end;";
    expect(statements(`${body}select 1;`)).toEqual([body, "select 1;"]);
    expect(statements("begin; select 1; end;")).toEqual(["begin;", " select 1;", " end;"].map((text) => text.trimStart()));
    expect(statements('create table "begin" (begin int); select 1;')).toHaveLength(2);
    const procedure = "CREATE PROCEDURE p() BEGIN ATOMIC INSERT INTO t VALUES (1); END;";
    expect(statements(procedure)).toEqual([procedure]);
  });

  test("puts values in the place of variables", () => {
    const variables = { x: "5", text: "it's", list: "1; select 2", loop: ":loop", slash: "\\" };
    const script = "select :x, :'text', :\"text\", :{?x}, :{?y}, a::int, b[1:2], ':x', :nope;";
    expect(statements(script, { variables })).toEqual(["select 5, 'it''s', \"it's\", TRUE, FALSE, a::int, b[1:2], ':x', :nope;"]);
    expect(statements("select :list;", { variables })).toEqual(["select 1;", "select 2;"]);
    expect(statements("select :loop, :'slash';", { variables })).toEqual(["select :loop,  E'\\\\';"]);
  });

  test("keeps several statements together, and stops at commands", () => {
    expect(statements("select 1 \\; select 2; select 3 \\g")).toEqual(["select 1 ; select 2;", "backslash after select 3 "]);
  });
});
