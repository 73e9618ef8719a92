import { describe, expect, it } from "vitest";
import { testEntry } from "../../../test/support/entry.ts";
import type { Entry } from "../../archive/entry.ts";
import { needsOf } from "./needs.ts";
import { obstacles, type Obstacle } from "./preflight.ts";
import type { TargetFacts } from "./target-facts.ts";

const wanted = (...entries: readonly Entry[]) => entries.map((entry) => ({ entry, definition: true, data: false }));

const facts: TargetFacts = {
  database: "shop",
  user: "app",
  superuser: false,
  standby: false,
  readOnly: false,
  mayCreateSchemas: true,
  encoding: "UTF8",
  lockCapacity: 1000,
  objects: 0,
  missingRoles: [],
  foreignRoles: [],
  extensions: [],
  missingTablespaces: [],
  missingCollations: [],
  existingSchemas: [],
  existingRelations: [],
  sessions: [],
};

describe("what entries need", () => {
  it("are the roles that they name, however these are quoted", () => {
    const needs = needsOf(
      wanted(
        testEntry(1, { kind: "TABLE", owner: "app" }),
        testEntry(2, {
          kind: "ACL",
          create:
            'GRANT SELECT ON TABLE a.b TO reader;\nREVOKE ALL ON TABLE a.b FROM PUBLIC;\nGRANT SELECT ON TABLE a.b TO "odd ""role" WITH GRANT OPTION;\n',
        }),
        testEntry(3, {
          kind: "DEFAULT ACL",
          create: "ALTER DEFAULT PRIVILEGES FOR ROLE maker IN SCHEMA a GRANT ALL ON TABLES  TO user2;\n",
        }),
        testEntry(4, {
          kind: "POLICY",
          create: "CREATE POLICY p ON a.b FOR SELECT TO one, \"t wo\" USING (((x)::text = ' TO nobody'::text));\n",
        }),
        testEntry(5, { kind: "USER MAPPING", tag: "USER MAPPING mapped SERVER s" }),
      ),
      {},
    );
    expect(needs.owners).toEqual(["app"]);
    expect(needs.grantees).toEqual(["maker", "mapped", 'odd "role', "one", "reader", "t wo", "user2"]);
  });

  it("are none of what options leave out", () => {
    const table = testEntry(1, { kind: "TABLE", owner: "app", tablespace: "fast" });
    const acl = testEntry(2, { kind: "ACL", create: "GRANT SELECT ON TABLE a.b TO reader;\n" });
    const options = { noOwner: true, noPrivileges: true, noTablespaces: true };
    expect(needsOf(wanted(table, acl), options)).toMatchObject({ owners: [], grantees: [], tablespaces: [] });
    expect(needsOf(wanted(table, acl), {})).toMatchObject({ owners: ["app"], grantees: ["reader"], tablespaces: ["fast"] });
  });
});

describe("obstacles", () => {
  const found = (more: Partial<TargetFacts>, entries: readonly Entry[] = []): Obstacle[] => [
    ...obstacles(needsOf(wanted(...entries), {}), { ...facts, ...more }, { replace: { schemas: undefined, leftOut: [] } }),
  ];

  it("are none where nothing is wrong", () => {
    expect(found({})).toEqual([]);
  });

  it("are standby, read-only session, tablespaces, collations and rights", () => {
    expect(found({ standby: true, readOnly: true }).map(({ problem }) => problem)).toEqual([
      "the server is a standby, which cannot be written to",
    ]);
    expect(found({ readOnly: true })[0]?.problem).toBe("the session is read-only");
    expect(found({ missingTablespaces: ["fast"] })).toEqual([{ problem: "no such tablespace: fast", help: "--no-tablespaces" }]);
    expect(found({ missingCollations: ["de_DE.utf8"] })[0]?.problem).toBe("no such collation: de_DE.utf8");
    expect(found({}, [testEntry(1, { kind: "EVENT TRIGGER" })])[0]?.problem).toBe("only a superuser may create: EVENT TRIGGER");
    expect(found({ superuser: true }, [testEntry(1, { kind: "EVENT TRIGGER" })])).toEqual([]);
  });

  it("are more locks than the server has room for", () => {
    expect(found({ objects: 1400 })).toEqual([]);
    expect(found({ objects: 1401 })[0]?.problem).toBe("one transaction would take about 1401 locks; the server has room for 1000");
  });
});
