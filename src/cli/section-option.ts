import type { Section } from "../archive/entry.ts";
import { PgstowError } from "../core/errors.ts";
import type { OptionSpec, ParsedArguments } from "./option.ts";

export const sectionOption: OptionSpec = {
  name: "section",
  type: "list",
  valueName: "SECTION",
  describe: "only this section (pre-data, data or post-data); may be given several times",
  group: "Content options:",
};

type NamedSection = Exclude<Section, "none">;
const sections: readonly string[] = ["pre-data", "data", "post-data"] satisfies NamedSection[];

/** The sections that were asked for; undefined for all. */
export function sectionsOf(args: ParsedArguments): NamedSection[] | undefined {
  const given = args.list("section");
  if (given.length === 0) return undefined;
  return given.map((name) => {
    if (sections.includes(name)) return name as NamedSection;
    throw new PgstowError("usage", `unrecognized section name: "${name}"`);
  });
}
