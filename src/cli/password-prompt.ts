import { closeSync, openSync } from "node:fs";
import { ReadStream, WriteStream } from "node:tty";
import { PgstowError } from "../core/errors.ts";

/**
 * Asks on the terminal itself, whatever standard input and output are tied to, and shows nothing of what is typed. Ctrl-C aborts.
 * Throws a PgstowError `connection` when there is no terminal.
 */
export async function promptForPassword(prompt: string): Promise<string> {
  const terminal = openTerminal();
  try {
    // Before the prompt, or a fast typist's first characters would be shown.
    terminal.input.setRawMode(true);
    terminal.output.write(prompt);
    return await readHidden(terminal.input);
  } finally {
    terminal.output.write("\n");
    terminal.input.setRawMode(false);
    terminal.input.destroy();
    terminal.output.destroy();
  }
}

function openTerminal(): { input: ReadStream; output: WriteStream } {
  const opened: number[] = [];
  try {
    opened.push(openSync("/dev/tty", "r"), openSync("/dev/tty", "w"));
    const [read = -1, write = -1] = opened;
    return { input: new ReadStream(read), output: new WriteStream(write) };
  } catch (cause) {
    for (const descriptor of opened) closeSync(descriptor);
    throw new PgstowError("connection", "a password is needed, and there is no terminal to ask for it", {
      cause,
      hint: "Set PGPASSWORD, or put the password into ~/.pgpass.",
    });
  }
}

function readHidden(input: ReadStream): Promise<string> {
  return new Promise((resolve, reject) => {
    let typed = "";
    input.setEncoding("utf8");
    input.on("error", reject);
    input.on("end", () => resolve(typed));
    input.on("data", (text: string) => {
      for (const character of text) {
        if (character === "\r" || character === "\n" || character === "\u0004") {
          resolve(typed);
          return;
        }
        if (character === "\u0003") {
          reject(new PgstowError("aborted", "aborted"));
          return;
        }
        if (character === "\u007f" || character === "\b") typed = [...typed].slice(0, -1).join("");
        else if (character === "\u0015") typed = "";
        else typed += character;
      }
    });
  });
}
