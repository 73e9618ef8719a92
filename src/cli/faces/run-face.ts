import { isClosedPipe } from "../closed-pipe.ts";
import { explainError } from "./explain-error.ts";
import { type Face, type FaceProgram, FaceUsageError } from "./face.ts";
import { createFaceMessages, isColoured } from "./face-messages.ts";
import { faceVersion } from "./face-version.ts";
import { getopt, GetoptError, type GetoptResult } from "./getopt.ts";

/** The programs, and how to get at them: none is loaded before it is called. */
const faces: Readonly<Record<FaceProgram, () => Promise<Face>>> = {
  pg_dump: async () => (await import("./pg-dump.ts")).pgDumpFace,
  pg_restore: async () => (await import("./pg-restore.ts")).pgRestoreFace,
  pg_dumpall: async () => (await import("./pg-dumpall.ts")).pgDumpallFace,
  psql: async () => (await import("./psql.ts")).psqlFace,
};

export function isFaceProgram(name: string): name is FaceProgram {
  return Object.hasOwn(faces, name);
}

export interface FaceSurroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Aborted by Ctrl-C and SIGTERM. */
  readonly signal: AbortSignal;
  readonly standardErrorIsTerminal: boolean;
  print(text: string): void;
  writeError(text: string): void;
}

/** Runs one of PostgreSQL's programs on a command line as it was typed; gives the exit code. */
export async function runFace(program: FaceProgram, args: readonly string[], around: FaceSurroundings): Promise<number> {
  const coloured = isColoured(around.environment["PG_COLOR"], around.standardErrorIsTerminal);
  const messages = createFaceMessages({ program, write: (text) => around.writeError(text), coloured });
  try {
    const version = faceVersion(around.environment);
    const face = await faces[program]();
    const [first] = args;
    if (first === "-?" || first === "--help") return print(around, face.help());
    if (first === "-V" || first === "--version") return print(around, `${program} (PostgreSQL) ${version.text}\n`);
    const given = read(face, args, version.major, (text) => around.writeError(text));
    return await face.run(given, { signal: around.signal, messages, major: version.major });
  } catch (error) {
    if (isClosedPipe(error)) return 1;
    explainError(error, program, messages);
    return 1;
  }
}

/** getopt's own messages have the program's name and no level before them. */
function read(face: Face, args: readonly string[], major: number, write: (text: string) => void): GetoptResult {
  try {
    return getopt(args, face.options, major, (option) => face.check?.(option));
  } catch (error) {
    if (!(error instanceof GetoptError)) throw error;
    write(`${face.program}: ${error.message}\n`);
    throw new FaceUsageError();
  }
}

function print(around: FaceSurroundings, text: string): number {
  around.print(text);
  return 0;
}
