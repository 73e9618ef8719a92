import type { RenderContext } from "./kind.ts";
import type { CatalogObject } from "./object.ts";

/** ALTER ... DEPENDS ON EXTENSION, at the end of the definition of what was marked so. From 17 on without a line feed of its own. */
export function renderDependsOnExtension(object: CatalogObject, target: string, { q, major }: RenderContext): string {
  return object.dependsOnExtensions
    .map((extension) => {
      const statement = `ALTER ${target} DEPENDS ON EXTENSION ${q(extension.name)};`;
      return major >= 16 ? `\n${statement}` : `${statement}\n`;
    })
    .join("");
}
