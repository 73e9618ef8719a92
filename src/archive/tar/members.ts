import type { RandomAccess } from "../archive.ts";
import { corruptAt } from "../toc/item.ts";
import { decodeTarHeader, isTarHeader, paddingBytes, TAR_BLOCK_BYTES } from "./header.ts";

/** Where the content of a member is. */
export interface MemberPlace {
  readonly offset: number;
  readonly size: number;
}

export interface TarMembers {
  /** By name, without a leading `./`. */
  readonly places: ReadonlyMap<string, MemberPlace>;
  /** Whether blocks of zeros mark its end, as they must. */
  readonly endsWell: boolean;
}

/** Goes from header to header. Throws a PgstowError `corrupt` for a broken header, a cut member, or a name that comes twice. */
export async function readTarMembers(source: RandomAccess): Promise<TarMembers> {
  const places = new Map<string, MemberPlace>();
  let at = 0;
  let endsWell = false;
  while (at < source.size) {
    if (at + TAR_BLOCK_BYTES > source.size) throw corruptAt(source.name, at, "it is cut within the header of a tar member");
    const block = await source.read(at, TAR_BLOCK_BYTES);
    endsWell = block.every((byte) => byte === 0);
    if (endsWell) {
      at += TAR_BLOCK_BYTES;
      continue;
    }
    const member = isTarHeader(block) ? decodeTarHeader(block) : undefined;
    if (member === undefined) throw corruptAt(source.name, at, "the header of a tar member is damaged");
    const offset = at + TAR_BLOCK_BYTES;
    const left = source.size - offset;
    if (member.size > left)
      throw corruptAt(source.name, at, `member ${JSON.stringify(member.name)} claims ${member.size} bytes, and ${left} are left`);
    const name = member.name.replace(/^\.\//, "");
    if (places.has(name)) throw corruptAt(source.name, at, `there are two members ${JSON.stringify(name)}`);
    places.set(name, { offset, size: member.size });
    at = offset + member.size + paddingBytes(member.size);
  }
  return { places, endsWell };
}
