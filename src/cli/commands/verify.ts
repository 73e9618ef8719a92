import { openArchive } from "../../archive/open.ts";
import { PgstowError } from "../../core/errors.ts";
import { archiveArgument } from "../archive-argument.ts";
import type { Command, CommandContext } from "../command.ts";
import type { ParsedArguments } from "../option.ts";
import { openProgress, progressOption } from "../progress-option.ts";
import { formatBytes, formatCount } from "../sizes.ts";

export const verifyCommand: Command = {
  name: "verify",
  usage: "verify [options] ARCHIVE",
  describe: "Checks every byte of an archive against its hashes, without a database. Exit code 1 when it is damaged.",
  positionalsMax: 1,
  options: [{ name: "json", type: "flag", describe: "print the result as JSON", group: "Output options:" }, progressOption],
  run: runVerifyCommand,
};

async function runVerifyCommand(args: ParsedArguments, context: CommandContext): Promise<void> {
  const path = archiveArgument(args);
  try {
    await verify(path, args, context);
  } catch (error) {
    // Who asks for JSON wants to know by it that the archive is damaged, and of what.
    if (args.flag("json") && error instanceof PgstowError && error.code !== "aborted") {
      process.stdout.write(`${JSON.stringify({ file: path, ok: false, problem: error.message })}\n`);
    }
    throw error;
  }
}

async function verify(path: string, args: ParsedArguments, context: CommandContext): Promise<void> {
  const archive = await openArchive(path);
  const progress = openProgress(args);
  try {
    const { storedBytes: rawBytesTotal } = archive.summary;
    const report = await archive.verify({
      signal: context.signal,
      onBytes: (rawBytes) => {
        progress.sink({ phase: "verify", entriesDone: 0, entriesTotal: archive.entries.length, rows: 0, rawBytes, rawBytesTotal });
      },
    });
    progress.close();
    for (const diagnostic of report.diagnostics) context.messages.diagnostic(diagnostic);
    const { fingerprint, frames, storedBytes } = report;
    if (args.flag("json")) {
      process.stdout.write(`${JSON.stringify({ file: path, ok: true, fingerprint, frames, storedBytes })}\n`);
    } else {
      const proof = fingerprint === "" ? `no fingerprint (${archive.format} archives have no hashes)` : `fingerprint ${fingerprint}`;
      process.stdout.write(`${path}: ok, ${formatCount(frames)} frames, ${formatBytes(storedBytes)}, ${proof}\n`);
    }
  } finally {
    progress.close();
    await archive.close();
  }
}
