import { commentRead } from "../facets/comment.ts";
import { dependencyRead, extensionDependencyRead } from "../facets/dependency.ts";
import { initialPrivilegesRead } from "../facets/initial-privileges.ts";
import { roleRead } from "../facets/role.ts";
import { securityLabelRead } from "../facets/security-label.ts";
import { postDataBoundary, preDataBoundary } from "./boundary.ts";
import { accessMethod } from "./access-method.ts";
import { collation } from "./collation.ts";
import { conversion } from "./conversion.ts";
import { database } from "./database.ts";
import { defaultAcl } from "./default-acl.ts";
import { eventTrigger } from "./event-trigger.ts";
import { extension } from "./extension.ts";
import { foreignDataWrapper } from "./foreign/foreign-data-wrapper.ts";
import { foreignServer } from "./foreign/foreign-server.ts";
import type { CatalogRead, KindName, ObjectKind } from "./kind.ts";
import { largeObject, largeObjectData, largeObjectGroup } from "./large-object/large-object.ts";
import { operatorClass } from "./operator/operator-class.ts";
import { operatorFamily } from "./operator/operator-family.ts";
import { operator } from "./operator/operator.ts";
import { publication } from "./publication/publication.ts";
import { publicationSchema } from "./publication/publication-schema.ts";
import { publicationTable } from "./publication/publication-table.ts";
import { checkConstraint } from "./relation/check-constraint.ts";
import { columnDefault } from "./relation/column-default.ts";
import { extendedStatistics } from "./relation/extended-statistics.ts";
import { foreignKey } from "./relation/foreign-key.ts";
import { indexAttachment } from "./relation/index-attachment.ts";
import { indexConstraint } from "./relation/index-constraint.ts";
import { index } from "./relation/index.ts";
import { materializedViewData } from "./relation/materialized-view.ts";
import { notNullConstraint } from "./relation/not-null.ts";
import { partitionAttachment } from "./relation/partition.ts";
import { policy, rowSecurity } from "./relation/policy.ts";
import { relationStatistics } from "./relation/relation-statistics.ts";
import { relation } from "./relation/relation.ts";
import { rule } from "./relation/rule.ts";
import { sequenceValue } from "./relation/sequence.ts";
import { tableData } from "./relation/table-data.ts";
import { trigger } from "./relation/trigger.ts";
import { aggregate } from "./routine/aggregate.ts";
import { cast } from "./routine/cast.ts";
import { routine } from "./routine/function.ts";
import { language } from "./routine/language.ts";
import { transform } from "./routine/transform.ts";
import { schema } from "./schema.ts";
import { subscription } from "./subscription.ts";
import { textSearchConfiguration } from "./text-search/configuration.ts";
import { textSearchDictionary } from "./text-search/dictionary.ts";
import { textSearchParser } from "./text-search/parser.ts";
import { textSearchTemplate } from "./text-search/template.ts";
import { domainConstraint } from "./type/domain-constraint.ts";
import { shellType } from "./type/shell-type.ts";
import { type } from "./type/type.ts";

/**
 * Every kind, in the order in which objects are collected. That order numbers the objects, which decides where a dependency loop is
 * opened; it does not decide where they are printed.
 */
export const registry = {
  database,
  extension,
  schema,
  relation,
  function: routine,
  type,
  "domain-constraint": domainConstraint,
  "shell-type": shellType,
  language,
  aggregate,
  operator,
  "access-method": accessMethod,
  "operator-class": operatorClass,
  "operator-family": operatorFamily,
  "text-search-parser": textSearchParser,
  "text-search-template": textSearchTemplate,
  "text-search-dictionary": textSearchDictionary,
  "text-search-configuration": textSearchConfiguration,
  "foreign-data-wrapper": foreignDataWrapper,
  "foreign-server": foreignServer,
  "default-acl": defaultAcl,
  collation,
  conversion,
  cast,
  transform,
  "event-trigger": eventTrigger,
  "partition-attachment": partitionAttachment,
  "column-default": columnDefault,
  "not-null-constraint": notNullConstraint,
  "check-constraint": checkConstraint,
  index,
  "index-constraint": indexConstraint,
  "index-attachment": indexAttachment,
  "extended-statistics": extendedStatistics,
  "foreign-key": foreignKey,
  trigger,
  rule,
  "row-security": rowSecurity,
  policy,
  publication,
  "publication-table": publicationTable,
  "publication-schema": publicationSchema,
  subscription,
  "table-data": tableData,
  "sequence-value": sequenceValue,
  "materialized-view-data": materializedViewData,
  // After the refreshes and constraints that they depend on.
  "relation-statistics": relationStatistics,
  "large-object": largeObject,
  "large-object-group": largeObjectGroup,
  "large-object-data": largeObjectData,
  "pre-data-boundary": preDataBoundary,
  "post-data-boundary": postDataBoundary,
} satisfies Record<KindName, ObjectKind>;

/** What is read before the kinds, because they look it up, and after them. */
export const facetReads: { readonly first: readonly CatalogRead[]; readonly last: readonly CatalogRead[] } = {
  first: [roleRead, commentRead, securityLabelRead, initialPrivilegesRead],
  last: [dependencyRead, extensionDependencyRead],
};

export function kindOf(name: KindName): ObjectKind {
  return registry[name];
}
