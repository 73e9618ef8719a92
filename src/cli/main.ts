#!/usr/bin/env node
import { PgstowError } from "../core/errors.ts";
import { readVersion } from "../core/version.ts";
import { fileError } from "../store/file-error.ts";
import { isClosedPipe } from "./closed-pipe.ts";
import { backupCommands } from "./backup/commands.ts";
import type { Command, CommandTable } from "./command.ts";
import { listenForInterruption } from "./interrupt.ts";
import { createMessages } from "./messages.ts";
import { nearestName } from "./nearest-name.ts";
import { STANDARD_OUTPUT } from "./standard-output.ts";

/** The commands, and how to get at them: none is loaded before it is asked for. */
const commands: CommandTable = {
  dump: { does: "write a database to an archive or a script", load: async () => (await import("./commands/dump.ts")).dumpCommand },
  dumpall: {
    does: "write all databases of a server, roles and tablespaces to a script",
    load: async () => (await import("./commands/dumpall.ts")).dumpallCommand,
  },
  restore: { does: "restore an archive in one transaction", load: async () => (await import("./commands/restore.ts")).restoreCommand },
  list: { does: "print an archive's table of contents", load: async () => (await import("./commands/list.ts")).listCommand },
  verify: { does: "check every byte of an archive", load: async () => (await import("./commands/verify.ts")).verifyCommand },
  convert: { does: "write an archive in another format", load: async () => (await import("./commands/convert.ts")).convertCommand },
  inspect: { does: "show what an archive holds, with sizes", load: async () => (await import("./commands/inspect.ts")).inspectCommand },
  guard: {
    does: "back up, run a command, and take back what it did when it fails",
    load: async () => (await import("./commands/guard.ts")).guardCommand,
  },
  shim: {
    does: "write pg_dump, pg_restore, pg_dumpall and psql for PATH",
    load: async () => (await import("./commands/shim.ts")).shimCommand,
  },
};

/** Begins commands of two words. */
const BACKUP = "backup";

/** What the programs that `shim` writes call, followed by the name of one of PostgreSQL's programs. */
const FACE = "face";

/** Ctrl-C that was typed at a password prompt, where it is a character and no signal. */
const EXIT_INTERRUPTED = 130;

/** What the list of processes shows to everybody; a URL that was typed in may hold a password. */
function hideSecrets(args: readonly string[]): void {
  if (args.some((arg) => /:\/\/[^/\s]*:[^/\s]*@|\bpassword\s*=/i.test(arg))) process.title = "pgstow";
}

async function main(args: readonly string[]): Promise<number> {
  hideSecrets(args);
  const [name, ...rest] = args;
  if (name === undefined) {
    writeError(overview());
    return 1;
  }
  if (name === "--version" || name === "-V") return print(`pgstow ${readVersion()}\n`);
  if (name === "--help" || name === "-?" || name === "help") return print(overview());
  if (name === FACE) return runFaceCommand(rest);
  if (name === BACKUP) return runBackupCommand(rest);
  const found = Object.hasOwn(commands, name) ? commands[name] : undefined;
  return found === undefined ? refuseUnknown(name, [...Object.keys(commands), BACKUP], "", rest) : runCommand(name, found.load, rest);
}

function runBackupCommand([name, ...rest]: readonly string[]): number | Promise<number> {
  if (name === undefined) {
    writeError(backupOverview());
    return 1;
  }
  if (name === "--help" || name === "-?" || name === "help") return print(backupOverview());
  const found = Object.hasOwn(backupCommands, name) ? backupCommands[name] : undefined;
  if (found === undefined) return refuseUnknown(name, Object.keys(backupCommands), `${BACKUP} `, rest);
  return runCommand(`${BACKUP} ${name}`, found.load, rest);
}

function refuseUnknown(name: string, names: readonly string[], group: string, args: readonly string[]): number {
  const what = name.startsWith("-") ? "option" : "command";
  const nearest = what === "option" ? undefined : nearestName(name, names);
  const hint = nearest === undefined ? `Try "pgstow ${group}--help" for more information.` : `Did you mean pgstow ${group}${nearest}?`;
  const messages = createMessages({ write: writeError, debug: args.includes("--debug"), verbose: false });
  messages.error(new PgstowError("usage", `unknown ${what} ${group}${name}`, { hint }));
  return 1;
}

async function runCommand(name: string, load: () => Promise<Command>, args: readonly string[]): Promise<number> {
  const interruption = listenForInterruption(process);
  // What stands behind two dashes is somebody else's.
  const own = args.includes("--") ? args.slice(0, args.indexOf("--")) : args;
  const asked = (...names: string[]) => own.some((arg) => names.includes(arg));
  const messages = createMessages({ write: writeError, debug: asked("--debug"), verbose: asked("-v", "--verbose") });
  try {
    const [command, { helpOf, parseArguments }] = await Promise.all([load(), import("./parse.ts")]);
    if (asked("--help", "-?")) return print(await helpOf(command));
    if (asked("--version", "-V")) return print(`pgstow ${readVersion()}\n`);
    const code = await command.run(parseArguments(command, args), { signal: interruption.signal, messages });
    return typeof code === "number" ? code : 0;
  } catch (error) {
    if (isClosedPipe(error)) return 1;
    messages.error(withUsageHint(error, name));
    return interruption.exitCode() ?? (error instanceof PgstowError && error.code === "aborted" ? EXIT_INTERRUPTED : 1);
  }
}

function withUsageHint(error: unknown, command: string): unknown {
  if (!(error instanceof PgstowError) || error.code !== "usage" || error.hint !== undefined) return error;
  const { message, cause, context } = error;
  return new PgstowError("usage", message, { cause, context, hint: `Try "pgstow ${command} --help" for more information.` });
}

async function runFaceCommand([program = "", ...args]: readonly string[]): Promise<number> {
  const { isFaceProgram, runFace } = await import("./faces/run-face.ts");
  if (!isFaceProgram(program)) {
    writeError(`pgstow: error: there is no face "${program}"\n`);
    return 1;
  }
  return runFace(program, args, {
    environment: process.env,
    signal: listenForInterruption(process).signal,
    standardErrorIsTerminal: process.stderr.isTTY,
    print,
    writeError,
  });
}

function overview(): string {
  const all = { ...commands, [BACKUP]: { does: "create, list, show, verify, restore and prune backups of remotes" } };
  return `pgstow dumps PostgreSQL databases to hashed archives and restores them in one transaction.

Usage: pgstow COMMAND [options]

Commands:
${tableOf(all)}

"pgstow COMMAND --help" shows the options of a command; "pgstow --version" prints the version.
`;
}

function backupOverview(): string {
  return `Backups of the databases that the configuration calls remotes (pgstow.config.json, .yaml, .ts or .js, or the key
"pgstow" of package.json), or of a postgres:// URI.

Usage: pgstow backup COMMAND [options]

Commands:
${tableOf(backupCommands)}

"pgstow backup COMMAND --help" shows the options of a command.
`;
}

function tableOf(table: Readonly<Record<string, { readonly does: string }>>): string {
  const width = Math.max(...Object.keys(table).map((name) => name.length));
  return Object.entries(table)
    .map(([name, { does }]) => `  ${name.padEnd(width)}  ${does}`)
    .join("\n");
}

function print(text: string): number {
  process.stdout.write(text);
  return 0;
}

function writeError(text: string): void {
  process.stderr.write(text);
}

let outputFailure: PgstowError | undefined;
process.stdout.on("error", (error) => {
  outputFailure ??= fileError("write to", STANDARD_OUTPUT, error);
});

/** What is under way at the end (a cancel request, a closing session) may finish, but not for ever. */
const LAST_WORDS_MS = 15_000;

process.exitCode = await main(process.argv.slice(2));
process.stdout.write("", () => {
  // A list that did not reach the disk must not pass for success.
  if (outputFailure === undefined || process.exitCode !== 0) return;
  if (!isClosedPipe(outputFailure)) createMessages({ write: writeError, debug: false, verbose: false }).error(outputFailure);
  process.exitCode = 1;
});
setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
