import type { ScriptPlace } from "./script-place.ts";
import type { ReportFields } from "./server-message.ts";

/** Told of everything that goes wrong or is remarked while a script runs. What it throws ends the script. */
export interface Reporter {
  /** The server refused a statement. */
  serverError(report: ReportFields, statement: Buffer, place: ScriptPlace): void;
  notice(report: ReportFields, statement: Buffer | undefined, place: ScriptPlace): void;
  /** A backslash command or the script itself is wrong; bytes as characters. */
  problem(message: string, place: ScriptPlace, hint?: string): void;
  info(message: string, place: ScriptPlace): void;
  warning(message: string, place: ScriptPlace): void;
  /** The script asks for what is not done here: it ends. */
  refusal(message: string, place: ScriptPlace, hint?: string): never;
}
