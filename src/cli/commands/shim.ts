import { chmod, lstat, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { PgstowError } from "../../core/errors.ts";
import { fileError } from "../../store/file-error.ts";
import type { Command } from "../command.ts";
import type { FaceProgram } from "../faces/face.ts";
import { isShim } from "../../engine/shim-mark.ts";
import { shimFileName, type ShimTarget, shimText } from "../faces/shim-text.ts";
import type { ParsedArguments } from "../option.ts";
import { programFile } from "../program-file.ts";

const programs: readonly FaceProgram[] = ["pg_dump", "pg_restore", "pg_dumpall", "psql"];

export const shimCommand: Command = {
  name: "shim",
  usage: "shim [options] DIR",
  describe:
    "Writes pg_dump, pg_restore, pg_dumpall and psql into a folder: programs with the options, messages and\n" +
    "exit codes of PostgreSQL's own, which run this pgstow. Put the folder first on PATH; the line that does\n" +
    "so is printed. PGSTOW_PG_VERSION (like 16 or 16.3) sets the version that they say they are of.",
  positionalsMax: 1,
  options: [{ name: "force", type: "flag", describe: "replace programs of these names that are not pgstow's", group: "Output options:" }],
  examples: [["shim ~/pgstow-bin", "write the programs; eval what this prints to use them in a shell"]],
  run: runShimCommand,
};

async function runShimCommand(args: ParsedArguments): Promise<void> {
  const [folder] = args.positionals;
  if (folder === undefined) throw new PgstowError("usage", "no folder given");
  const target: ShimTarget = {
    node: process.execPath,
    nodeOptions: process.execArgv,
    main: programFile,
    windows: process.platform === "win32",
  };
  const path = resolve(folder);
  await mkdir(path, { recursive: true }).catch((error: unknown) => Promise.reject(fileError("create", path, error)));
  const files = programs.map((program) => ({ path: join(path, shimFileName(program, target)), text: shimText(program, target) }));
  if (!args.flag("force")) await Promise.all(files.map((file) => refuseStranger(file.path)));
  for (const file of files) await writeExecutable(file.path, file.text);
  process.stdout.write(`export PATH='${path.replaceAll("'", String.raw`'\''`)}':"$PATH"\n`);
}

/** Throws a PgstowError `exists` when there is a file that no `pgstow shim` has written. */
async function refuseStranger(path: string): Promise<void> {
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (found.isFile() && (await isShim(path))) return;
  throw new PgstowError("exists", `"${path}" exists already and is not pgstow's`, {
    context: { file: path },
    hint: "choose another folder, or use --force to replace it",
  });
}

/** Appears at once, so that a program that is being called meanwhile is whole; a link is replaced, not what it points to. */
async function writeExecutable(path: string, text: string): Promise<void> {
  const partial = `${path}.${String(process.pid)}.partial`;
  try {
    await writeFile(partial, text, { flag: "wx" });
    await chmod(partial, 0o755);
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { force: true });
    throw fileError("write", path, error);
  }
}
