import { access, readFile, writeFile } from "node:fs/promises";
import { format, resolveConfig } from "prettier";
import { expect, test } from "vitest";
import { casesByKind, renderCoverage } from "./coverage-report.ts";
import { deviations } from "./deviations.ts";

const file = new URL("../../src/objects/COVERAGE.md", import.meta.url);

test("every kind of object has a case", () => {
  const without = [...casesByKind()].filter(([, cases]) => cases.length === 0).map(([kind]) => kind);
  expect(without).toEqual([]);
});

test.each(deviations.map(({ what, shownBy }) => [what, shownBy]))("%s has its test", async (_what, shownBy) => {
  await access(new URL(`../../${shownBy}`, import.meta.url));
});

test("COVERAGE.md says what is there; `npm run coverage` writes it", async () => {
  const text = await format(renderCoverage(), { ...(await resolveConfig(file)), parser: "markdown" });
  if (process.env["PGSTOW_WRITE_COVERAGE"] === "1") await writeFile(file, text);
  expect(await readFile(file, "utf8").catch(() => "")).toBe(text);
});
