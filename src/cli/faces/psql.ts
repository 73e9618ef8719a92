import { existsSync } from "node:fs";

import { PgstowError } from "../../core/errors.ts";
import { resolveSettings } from "../../postgres/settings.ts";
import type { SettingsInput } from "../../postgres/settings.ts";
import type { LineSource } from "../../psql/line-source.ts";
import { openScriptFile, scriptOfStream } from "../../psql/open-script.ts";
import { OutputFile } from "../../psql/output-file.ts";
import { PrintingReporter } from "../../psql/printing-reporter.ts";
import { reconnector } from "../../psql/reconnect.ts";
import { EXIT, listDatabases, runActions } from "../../psql/run-psql.ts";
import type { PsqlAction } from "../../psql/run-psql.ts";
import { openScriptSession } from "../../psql/script-session.ts";
import { ScriptState } from "../../psql/script-state.ts";
import { tellConnection, tellVersion } from "../../psql/session-variables.ts";
import { faceConnection } from "./face-connection.ts";
import type { Face, FaceContext } from "./face.ts";
import { faceVersion } from "./face-version.ts";
import type { GetoptResult } from "./getopt.ts";
import { givenArguments } from "./given-arguments.ts";
import { connectionWords } from "./libpq-words.ts";
import { PsqlConsole } from "./psql-console.ts";
import { psqlHelp, psqlOptions } from "./psql-options.ts";
import { readPsqlSettings } from "./psql-settings.ts";
import type { PsqlSettings } from "./psql-settings.ts";
import { systemWords } from "./system-words.ts";

export const psqlFace: Face = { program: "psql", options: psqlOptions, help: psqlHelp, run: runPsql };

async function runPsql(args: GetoptResult, context: FaceContext): Promise<number> {
  const version = faceVersion(process.env);
  for (const { name } of args.given) {
    if (name === "version") return tell(`psql (PostgreSQL) ${version.text}\n`);
    if (name === "help") return tell(psqlHelp());
  }
  const settings = readPsqlSettings(args, context.messages);
  const needsInput = settings.actions.length === 0 && !settings.list;
  if (needsInput && process.stdin.isTTY) {
    throw new PgstowError("unsupported", "this psql is not interactive: give it a script with -f, a command with -c, or standard input");
  }
  const connection: SettingsInput = {
    ...faceConnection(args, givenArguments(args)),
    dbname: settings.list ? (settings.dbname ?? process.env["PGDATABASE"] ?? "postgres") : settings.dbname,
    user: settings.user,
  };
  const console = new PsqlConsole(process.stdout, process.stderr);
  const state = await connectedState(settings, connection, console, context);
  if (typeof state === "number") return state;
  try {
    tellVersion(state.variables, version.text);
    if (settings.list) return (await listDatabases(state)) ? EXIT.ok : EXIT.failed;
    return await runActions(state, {
      actions: actionsOf(settings, state.surroundings.input),
      startup: settings.readStartupFile ? startupScript() : undefined,
      singleTransaction: settings.singleTransaction,
      onFailure: (error) => context.messages.say("error", error.message),
    });
  } finally {
    await state.session.close();
    state.output?.close();
    state.log?.close();
    await console.finish();
    process.stdin.destroy();
  }
}

/** A session and all that scripts need; or the exit code when there is none. */
async function connectedState(
  settings: PsqlSettings,
  connection: SettingsInput,
  console: PsqlConsole,
  { messages, signal }: FaceContext,
): Promise<ScriptState | number> {
  const reporter = new PrintingReporter(console, settings.variables);
  const options = { signal, onDiagnostic: ({ message }: { message: string }) => messages.say("warning", message) };
  const withName = { ...connection, keywords: { fallback_application_name: "psql" } };
  let session;
  try {
    session = await openScriptSession(await resolveSettings(withName, process.env), options);
  } catch (error) {
    if (!(error instanceof PgstowError) || error.code === "aborted") throw error;
    messages.say("error", error.code === "connection" ? connectionWords(error) : error.message);
    return EXIT.noConnection;
  }
  const state = new ScriptState(session, settings.variables, settings.print, {
    console,
    reporter,
    environment: process.env,
    input: scriptOfStream("", process.stdin),
    openScript: (path) => openScriptFile(path),
    reconnect: reconnector(withName, process.env, options),
    describeConnectionError: connectionWords,
    mayWriteFiles: true,
  });
  reporter.encoding = () => state.session.textEncoding;
  state.output = openOutput(settings.outputFile, "");
  state.log = openOutput(settings.logFile, "could not open log file ");
  tellConnection(state);
  return state;
}

function openOutput(path: string | undefined, doing: string): OutputFile | undefined {
  if (path === undefined || path === "") return undefined;
  if (path.startsWith("|")) throw new PgstowError("unsupported", `no shell command is run: "${path}"`);
  try {
    return new OutputFile(path);
  } catch (error) {
    const shown = doing === "" ? path : `"${path}"`;
    throw new PgstowError("file", `${doing}${shown}: ${systemWords(error) ?? String(error)}`, { cause: error });
  }
}

function actionsOf({ actions }: PsqlSettings, input: LineSource): PsqlAction[] {
  const wanted = actions.length === 0 ? [{ type: "file", text: "" } as const] : actions;
  return wanted.map(({ type, text }) => {
    if (type === "command") return { type, text };
    // Without -f standard input is no file that messages could name.
    if (text === "") return { type: "script", open: () => Promise.resolve(input) };
    if (text === "-") return { type: "script", open: () => Promise.resolve(input.under("<stdin>")) };
    return { type: "script", open: () => openScriptFile(text) };
  });
}

/** ~/.psqlrc, or what PSQLRC names, when it is there. */
function startupScript(): (() => Promise<LineSource>) | undefined {
  const { PSQLRC: named, HOME: home } = process.env;
  const path = named ?? (home === undefined ? undefined : `${home}/.psqlrc`);
  return path === undefined || !existsSync(path) ? undefined : () => openScriptFile(path);
}

function tell(text: string): number {
  process.stdout.write(text);
  return 0;
}
