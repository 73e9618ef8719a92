import type { OptionSpec, ParsedArguments } from "./option.ts";
import { createProgressDisplay, type ProgressDisplay, progressMode } from "./progress-display.ts";

export const progressOption: OptionSpec = {
  name: "progress",
  type: "value",
  valueName: "HOW",
  describe: "auto (a line on a terminal), line, json (lines of JSON on standard error) or none",
  group: "General options:",
};

export function openProgress(args: ParsedArguments): ProgressDisplay {
  return createProgressDisplay({
    mode: progressMode(args.value("progress"), process.stderr.isTTY),
    write: (text) => process.stderr.write(text),
    columns: () => process.stderr.columns || 80,
    now: () => performance.now(),
  });
}
