import type { Diagnostic } from "../../core/diagnostics.ts";
import type { FaceMessages } from "./face.ts";

/** Prints a warning of the library; what is for information only is not the programs' way. */
export function warn(messages: FaceMessages, diagnostic: Diagnostic): void {
  if (diagnostic.severity !== "warning") return;
  messages.say("warning", diagnostic.message);
  for (const detail of diagnostic.details ?? []) messages.say("detail", detail);
  if (diagnostic.hint !== undefined) messages.say("hint", diagnostic.hint);
}
