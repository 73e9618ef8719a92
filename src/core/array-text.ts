/**
 * Reads a one-dimensional PostgreSQL array in its text form (`{a,"b c",NULL}`), as array_out prints it. NULL elements become null.
 * Shape: `parseArray('{a,"b\\"c",NULL}')` is `['a', 'b"c', null]`.
 */
export function parseArray(text: string): (string | null)[] {
  const elements: (string | null)[] = [];
  let at = text.indexOf("{") + 1;
  if (text.charAt(at) === "}") return elements;
  while (at < text.length) {
    let element = "";
    if (text.charAt(at) === '"') {
      at++;
      while (text.charAt(at) !== '"') {
        if (text.charAt(at) === "\\") at++;
        element += text.charAt(at);
        at++;
      }
      at++;
      elements.push(element);
    } else {
      while (at < text.length && text.charAt(at) !== "," && text.charAt(at) !== "}") {
        if (text.charAt(at) === "\\") at++;
        element += text.charAt(at);
        at++;
      }
      elements.push(element === "NULL" ? null : element);
    }
    if (text.charAt(at) === "}") break;
    at++;
  }
  return elements;
}

const NOTHING: readonly string[] = [];

/** The same for arrays that hold no nulls (oid[], text[] of options, aclitem[]). A null array gives an empty list. */
export function parseArrayOfText(text: string | null): readonly string[] {
  return text === null ? NOTHING : parseArray(text).map((element) => element ?? "");
}

/** oid[], int2[] and the space-separated vectors (`1 2 3`). */
export function parseArrayOfNumbers(text: string | null): number[] {
  if (text === null || text === "" || text === "{}") return [];
  return text.startsWith("{") ? text.slice(1, -1).split(",").map(Number) : text.split(" ").map(Number);
}
