/** The name that was probably meant: one that lies a slip or two of the finger away, or undefined. The first of equals wins. */
export function nearestName(typed: string, names: readonly string[]): string | undefined {
  const slipsMax = typed.length < 5 ? 1 : 2;
  let nearest: string | undefined;
  let fewest = slipsMax + 1;
  for (const name of names) {
    const slips = countSlips(typed, name);
    if (slips < fewest) [nearest, fewest] = [name, slips];
  }
  return nearest;
}

/** Letters to put in, leave out, replace, or swap with their neighbour. */
function countSlips(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, index) => index);
  for (let i = 1; i <= from.length; i++) {
    const row = [i];
    for (let j = 1; j <= to.length; j++) {
      const same = from[i - 1] === to[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1];
      const slips = [at(last, j) + 1, at(row, j - 1) + 1, at(last, j - 1) + same, ...(swapped ? [at(beforeLast, j - 2) + 1] : [])];
      row.push(Math.min(...slips));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, to.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY;
}
