import { describe, expect, it } from "vitest";
import { identifierQuoter } from "../core/identifiers.ts";
import { parseAclItem, renderAcl } from "./acl.ts";
import type { AclStatement } from "./acl.ts";

const owners = "own=arwdDxtm/own";

function render(changes: Partial<AclStatement>): string {
  return renderAcl({
    objectType: "TABLE",
    name: "s.t",
    owner: "own",
    items: [owners],
    baseline: [owners],
    major: 18,
    q: identifierQuoter({ major: 18, quoteAll: false }),
    ...changes,
  });
}

describe("ACL items", () => {
  it("are taken apart, quoted names too", () => {
    expect(parseAclItem("ann=r*w/own")).toEqual({ grantee: "ann", letters: "r*w", grantor: "own" });
    expect(parseAclItem("=r/own")).toEqual({ grantee: "", letters: "r", grantor: "own" });
    expect(parseAclItem('"a=b/""c"""=X/"Odd Role"')).toEqual({ grantee: 'a=b/"c"', letters: "X", grantor: "Odd Role" });
  });
});

describe("GRANT and REVOKE", () => {
  it("says nothing when nothing differs", () => {
    expect(render({})).toBe("");
  });

  it("grants, with and without the option", () => {
    expect(render({ items: [owners, "=ra/own", "ann=a*r*w*d*D*x*t*m*/own", "bob=r*wD/own"] })).toBe(
      "GRANT SELECT,INSERT ON TABLE s.t TO PUBLIC;\n" +
        "GRANT ALL ON TABLE s.t TO ann WITH GRANT OPTION;\n" +
        "GRANT TRUNCATE,UPDATE ON TABLE s.t TO bob;\n" +
        "GRANT SELECT ON TABLE s.t TO bob WITH GRANT OPTION;\n",
    );
  });

  it("revokes what an owner gave up and grants the rest anew", () => {
    expect(render({ items: ["own=arDxtm/own"] })).toBe(
      "REVOKE ALL ON TABLE s.t FROM own;\nGRANT SELECT,INSERT,REFERENCES,TRIGGER,TRUNCATE,MAINTAIN ON TABLE s.t TO own;\n",
    );
  });

  it("speaks as the grantor when that is not the owner", () => {
    expect(render({ items: [owners, "bob=w/ann"] })).toBe(
      "SET SESSION AUTHORIZATION ann;\nGRANT UPDATE ON TABLE s.t TO bob;\nRESET SESSION AUTHORIZATION;\n",
    );
  });

  it("knows MAINTAIN from 17 on", () => {
    expect(render({ major: 16, items: ["own=arwdDxt/own", "ann=arwdDxt/own"], baseline: ["own=arwdDxt/own"] })).toBe(
      "GRANT ALL ON TABLE s.t TO ann;\n",
    );
  });

  it("names columns and default privileges", () => {
    expect(render({ column: '"B c"', items: ["ann=rw/own"], baseline: [] })).toBe(
      'GRANT SELECT("B c"),UPDATE("B c") ON TABLE s.t TO ann;\n',
    );
    const prefix = "ALTER DEFAULT PRIVILEGES FOR ROLE own ";
    expect(render({ prefix, name: "TABLES", items: [owners, "ann=r/own"] })).toBe(`${prefix}GRANT SELECT ON TABLES TO ann;\n`);
    expect(render({ prefix, name: "TABLES", major: 15, baseline: [], items: ["ann=r/own"] })).toBe(
      `${prefix}GRANT SELECT ON TABLES  TO ann;\n`,
    );
  });
});
