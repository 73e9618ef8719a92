import { open } from "node:fs/promises";

import { PgstowError } from "../core/errors.ts";
import type { SettingsInput } from "../postgres/settings.ts";
import { looksLikeScript, SNIFF_BYTES } from "../psql/sniff-script.ts";
import type { CommandContext } from "./command.ts";
import type { OptionSpec, ParsedArguments } from "./option.ts";
import { openProgress } from "./progress-option.ts";
import { formatBytes, formatCount } from "./sizes.ts";

/** A plain script, by its path or as the bytes of standard input. */
export type PlainScript = string | AsyncIterable<Uint8Array>;

/** Options that mean something for a script: the rest choose among entries, which a script does not have. */
const KNOWN: ReadonlySet<string> = new Set([
  ...["dbname", "host", "port", "username", "no-password", "password", "role", "progress", "verbose", "debug"],
  ...["single-transaction", "no-single-transaction", "exit-on-error"],
]);

/** The script that stands at the path or on standard input; undefined when that is an archive, or nothing that can be looked at. */
export async function findPlainScript(path: string | undefined): Promise<PlainScript | undefined> {
  if (path === undefined || path === "-") return looksLikeScript(await startOfInput()) ? process.stdin : undefined;
  const handle = await open(path, "r").catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    if (!(await handle.stat()).isFile()) return undefined;
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(SNIFF_BYTES), 0, SNIFF_BYTES, 0);
    return looksLikeScript(buffer.subarray(0, bytesRead)) ? path : undefined;
  } finally {
    await handle.close();
  }
}

/** The first bytes, which whoever reads standard input next gets all the same. */
async function startOfInput(): Promise<Buffer> {
  for (;;) {
    const chunk = process.stdin.read() as Buffer | null;
    if (chunk !== null) {
      process.stdin.unshift(chunk);
      return chunk;
    }
    if (process.stdin.readableEnded) return Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      const events = ["readable", "end", "error"];
      const done = (): void => {
        for (const event of events) process.stdin.off(event, done);
        resolve();
      };
      for (const event of events) process.stdin.on(event, done);
    });
  }
}

export interface PlainScriptRestore {
  readonly args: ParsedArguments;
  readonly options: readonly OptionSpec[];
  readonly connection: SettingsInput;
  readonly context: CommandContext;
}

/** Runs the script in the database that -d names. Throws a PgstowError. */
export async function restorePlainScript(script: PlainScript, restore: PlainScriptRestore): Promise<void> {
  const { args, connection, context } = restore;
  checkOptions(restore);
  const progress = openProgress(args);
  const { restoreScript } = await import("../psql/restore/restore-script.ts");
  const role = args.value("role");
  try {
    const summary = await restoreScript({
      script,
      connection,
      environment: process.env,
      singleTransaction: !args.flag("no-single-transaction"),
      ...(role === undefined ? {} : { role }),
      signal: context.signal,
      onProgress: progress.sink,
      onDiagnostic: (diagnostic) => {
        progress.close();
        context.messages.diagnostic(diagnostic);
      },
      onOutput: (bytes) => process.stdout.write(bytes),
    });
    progress.close();
    const { statements, rows, rawBytes } = summary;
    context.messages.info(`ran ${formatCount(statements)} statements with ${formatCount(rows)} rows, ${formatBytes(rawBytes)} of script`);
  } finally {
    progress.close();
  }
}

function checkOptions({ args, options }: PlainScriptRestore): void {
  const surplus = options.find(({ name }) => args.flag(name) && !KNOWN.has(name));
  if (surplus !== undefined) {
    throw new PgstowError("usage", `option --${surplus.name} does not fit a plain script, which says itself what it restores`, {
      hint: "Entries can be chosen from archives: pgstow's own, or pg_dump's formats custom, directory and tar.",
    });
  }
  if (args.value("dbname") === undefined) throw new PgstowError("usage", "option -d/--dbname must be specified");
}
