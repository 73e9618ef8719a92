import { PgstowError } from "../../core/errors.ts";

export interface ListedObject {
  readonly oid: number;
  readonly file: string;
}

/** Name of the file that lists the large objects of an entry. */
export function objectListName(minor: number, dumpId: number): string {
  return minor < 16 ? "blobs.toc" : `blobs_${dumpId}.toc`;
}

export function objectFileName(oid: number): string {
  return `blob_${oid}.dat`;
}

export function renderObjectList(oids: readonly number[]): string {
  return oids.map((oid) => `${oid} ${objectFileName(oid)}\n`).join("");
}

/** The lines of such a file. A cut line at its end is damage. Throws a PgstowError `corrupt`. */
export async function* parseObjectList(name: string, pieces: AsyncIterable<Uint8Array>): AsyncGenerator<ListedObject> {
  let rest = "";
  let number = 0;
  for await (const piece of pieces) {
    const lines = (rest + Buffer.from(piece).toString("latin1")).split("\n");
    rest = lines.pop() ?? "";
    if (rest.length > LINE_LENGTH_MAX) throw wrongLine(name, number + 1, rest);
    for (const line of lines) yield parseLine(name, ++number, line);
  }
  if (rest !== "") throw wrongLine(name, number + 1, rest);
}

const LINE_LENGTH_MAX = 1000;

function parseLine(name: string, number: number, line: string): ListedObject {
  const [, oid, file] = /^(\d{1,10})[ \t]+(\S+)\s*$/.exec(line) ?? [];
  if (oid === undefined || file === undefined || Number(oid) < 1 || Number(oid) > 0xffffffff) throw wrongLine(name, number, line);
  return { oid: Number(oid), file };
}

function wrongLine(name: string, number: number, line: string): PgstowError {
  return new PgstowError("corrupt", `"${name}" is damaged: line ${number} names no large object: ${JSON.stringify(line.slice(0, 60))}`, {
    context: { file: name },
  });
}
