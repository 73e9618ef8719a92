import { describe, expect, it } from "vitest";
import { prepareScramPassword, startScram } from "./scram.ts";

// The example exchange of RFC 7677, section 3, but for the user name, which PostgreSQL leaves empty: the proof and the signature were
// computed for that with Python's hashlib.
const NONCE = "rOprNGfwEbeRWgbNEkqO";
const SERVER_FIRST = `r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`;

describe("SCRAM-SHA-256", () => {
  it("proves the password and checks the server's proof", async () => {
    const exchange = startScram("pencil", { type: "none" }, NONCE);
    expect(exchange.mechanism).toBe("SCRAM-SHA-256");
    expect(exchange.first).toBe(`n,,n=,r=${NONCE}`);
    expect(await exchange.respond(SERVER_FIRST)).toBe(
      `c=biws,r=${NONCE}%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,p=qvT2SWdEH5Q06albL+hjSYuUhCG7VndFyzIb7CK4n9k=`,
    );
    expect(() => exchange.finish("v=3HO6Qt1M4MKJrmlKaoOqLAI0/0TV0HZe7J9H3MBtSOg=")).not.toThrow();
    expect(() => exchange.finish("v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")).toThrow("its signature does not fit the password");
  });

  it("binds to the server's certificate, or says that it could have", async () => {
    const bound = startScram("pencil", { type: "bound", data: Buffer.from("hash") }, NONCE);
    expect(bound.mechanism).toBe("SCRAM-SHA-256-PLUS");
    expect(bound.first).toBe(`p=tls-server-end-point,,n=,r=${NONCE}`);
    expect(await bound.respond(SERVER_FIRST)).toContain(`c=${Buffer.from("p=tls-server-end-point,,hash").toString("base64")},`);
    const offered = startScram("pencil", { type: "offered" }, NONCE);
    expect(offered.mechanism).toBe("SCRAM-SHA-256");
    expect(await offered.respond(SERVER_FIRST)).toContain("c=eSws,");
  });

  const refused: [string, string][] = [
    ["another nonce", "r=someoneelse,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096"],
    ["our nonce alone", `r=${NONCE},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`],
    ["no iterations", `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=0`],
    ["endless iterations", `r=${NONCE}x,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4000000000`],
    ["no salt", `r=${NONCE}x,i=4096`],
  ];
  it.each(refused)("refuses %s", async (_name, first) => {
    await expect(startScram("pencil", { type: "none" }, NONCE).respond(first)).rejects.toThrow(
      "the server's answer to the password exchange is wrong",
    );
  });

  it("prepares passwords as the server does", () => {
    expect(prepareScramPassword("I\u00adX")).toBe("IX");
    expect(prepareScramPassword("a\u00a0b")).toBe("a b");
    expect(prepareScramPassword("\u2168")).toBe("IX");
  });
});
