import type { SettingsInput } from "../../postgres/settings.ts";
import { defined, type ParsedArguments } from "../option.ts";
import type { GetoptResult } from "./getopt.ts";

/** What the options say about the connection. Of -w and -W the last one counts; an empty value is as good as none. */
export function faceConnection({ given }: GetoptResult, args: ParsedArguments, positional?: string): SettingsInput {
  const text = (name: string) => args.value(name) || undefined;
  const asked = given.findLast(({ name }) => name === "password" || name === "no-password")?.name;
  return defined({
    dbname: text("dbname") ?? (positional || undefined),
    host: text("host"),
    port: text("port"),
    user: text("username"),
    prompt: asked === "password" ? ("first" as const) : asked === "no-password" ? ("never" as const) : undefined,
    askPassword: async (prompt: string) => (await import("../password-prompt.ts")).promptForPassword(prompt),
  });
}
