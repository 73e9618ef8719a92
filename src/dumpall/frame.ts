import { localTime } from "../archive/plain/frame.ts";
import { quoteLiteral } from "../core/literals.ts";

export interface FrameFacts {
  readonly restrictKey: string;
  readonly encoding: string;
  readonly standardConformingStrings: boolean;
  readonly verbose: boolean;
}

/** Everything before the first role. */
export function clusterPreamble(facts: FrameFacts, startedAt: Date): string {
  const conforming = facts.standardConformingStrings;
  return (
    "--\n-- PostgreSQL database cluster dump\n--\n\n" +
    (facts.verbose ? `-- Started on ${localTime(startedAt)}\n\n` : "") +
    `\\restrict ${facts.restrictKey}\n\n` +
    "SET default_transaction_read_only = off;\n\n" +
    `SET client_encoding = ${quoteLiteral(facts.encoding)};\n` +
    `SET standard_conforming_strings = ${conforming ? "on" : "off"};\n` +
    (conforming ? "" : "SET escape_string_warning = off;\n") +
    "\n"
  );
}

/** Between the globals and the databases. */
export function endOfGlobals({ restrictKey }: FrameFacts): string {
  return `\\unrestrict ${restrictKey}\n\n`;
}

/** The end of all. */
export function clusterPostamble({ verbose }: FrameFacts, completedAt: Date): string {
  return (verbose ? `-- Completed on ${localTime(completedAt)}\n\n` : "") + "--\n-- PostgreSQL database cluster dump complete\n--\n\n";
}
