/** First words of the statements in one message, in small letters. */
export type StatementWordLists = readonly (readonly string[])[];

/** Begins, ends, or cannot stand in a transaction: psql begins none before it. */
export function isBareTransactionCommand([words]: StatementWordLists): boolean {
  const [first = "", second = "", third = "", fourth = ""] = words ?? [];
  switch (first) {
    case "abort":
    case "begin":
    case "start":
    case "commit":
    case "end":
    case "rollback":
    case "vacuum":
      return true;
    case "prepare":
      return second === "transaction";
    case "cluster":
      return second === "" || second === "verbose";
    case "create":
      if (second === "database" || second === "tablespace") return true;
      return second === "unique" ? third === "index" && fourth === "concurrently" : second === "index" && third === "concurrently";
    case "alter":
      return second === "system";
    case "drop":
    case "reindex":
      return ["database", "system", "tablespace"].includes(second) || third === "concurrently";
    case "discard":
      return second === "all";
    default:
      return false;
  }
}
