import type { FaceMessages } from "./face.ts";

export interface FaceMessagesOptions {
  readonly program: string;
  readonly write: (text: string) => void;
  readonly coloured: boolean;
}

const colours: Readonly<Record<string, string>> = { error: "01;31", warning: "01;35", detail: "01;36", hint: "01;36" };

/** Messages in the form of PostgreSQL's programs: only the first line of a text has the program's name. */
export function createFaceMessages({ program, write, coloured }: FaceMessagesOptions): FaceMessages {
  const paint = (text: string, colour = "01") => (coloured ? `\u001b[${colour}m${text}\u001b[0m` : text);
  const name = paint(`${program}: `);
  return {
    say: (level, text) => {
      write(`${name}${paint(`${level}: `, colours[level])}${text}\n`);
    },
    info: (text) => {
      write(`${name}${text}\n`);
    },
  };
}

/** What PG_COLOR asks for. */
export function isColoured(setting: string | undefined, terminal: boolean): boolean {
  return setting === "always" || (setting === "auto" && terminal);
}
