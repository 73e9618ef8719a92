import { colonToken } from "./scanner.ts";

/** How an argument of a backslash command is read. */
export interface ArgumentForm {
  /** Unquoted letters become small and double quotes go, as in SQL; else double quotes stay. */
  readonly identifier?: boolean;
  /** Semicolons at the end of an unquoted argument are left out. */
  readonly dropSemicolon?: boolean;
  /** A bar at its start takes the whole line: it would be a shell command. */
  readonly pipe?: boolean;
}

export interface Argument {
  /** Bytes, one character each. */
  readonly text: string;
  /** Some of it stood in quotes. */
  readonly quoted: boolean;
}

/** What an argument cannot be: an open quote, a shell command. `message` is for the user. */
export class ArgumentError extends Error {
  override readonly name = "ArgumentError";
  /** The script asked for a shell command. */
  readonly isShell: boolean;

  constructor(message: string, isShell = false) {
    super(message);
    this.isShell = isShell;
  }
}

export interface ArgumentHooks {
  variable(name: string): Buffer | undefined;
  quoted(value: Buffer, as: "'" | '"'): Buffer | undefined;
}

const [QUOTE, DOUBLE_QUOTE, BACKSLASH, BACKQUOTE, COLON, BAR] = [0x27, 0x22, 0x5c, 0x60, 0x3a, 0x7c] as const;

const LETTER_ESCAPES: Readonly<Record<string, string>> = { n: "\n", t: "\t", b: "\b", r: "\r", f: "\f" };

/** What follows the backslash of a command: its name, its arguments one by one, and what is left of the line. */
export class CommandLine {
  readonly command: string;
  readonly #bytes: Buffer;
  readonly #hooks: ArgumentHooks;
  #at: number;

  constructor(bytes: Buffer, hooks: ArgumentHooks) {
    this.#bytes = bytes;
    this.#hooks = hooks;
    let end = 0;
    while (end < bytes.length && !isSpace(bytes[end]!) && bytes[end] !== BACKSLASH) end++;
    this.command = bytes.toString("latin1", 0, end);
    this.#at = end;
  }

  /** The next argument; undefined when there is none. Throws an ArgumentError. */
  next(form: ArgumentForm = {}): Argument | undefined {
    this.#skipSpaces();
    const bytes = this.#bytes;
    if (this.#at >= bytes.length || bytes[this.#at] === BACKSLASH) return undefined;
    if (form.pipe === true && bytes[this.#at] === BAR) {
      throw new ArgumentError("a script runs no shell command", true);
    }
    let text = "";
    let quoted = false;
    while (this.#at < bytes.length) {
      const byte = bytes[this.#at]!;
      if (isSpace(byte) || byte === BACKSLASH) break;
      if (byte === QUOTE || byte === DOUBLE_QUOTE) {
        quoted = true;
        text += byte === QUOTE ? this.#string() : this.#identifier(form.identifier === true);
      } else if (byte === BACKQUOTE) {
        throw new ArgumentError("a script runs no shell command", true);
      } else if (byte === COLON) {
        text += this.#variable();
      } else {
        const letter = String.fromCharCode(byte);
        text += form.identifier === true ? letter.toLowerCase() : letter;
        this.#at++;
      }
    }
    if (form.dropSemicolon === true && !quoted) text = text.replace(/;+$/, "");
    return { text, quoted };
  }

  /** All arguments that are left. */
  all(form: ArgumentForm = {}): Argument[] {
    const found: Argument[] = [];
    for (let argument = this.next(form); argument !== undefined; argument = this.next(form)) found.push(argument);
    return found;
  }

  /** What is left of the line as it stands, without spaces around it. */
  wholeLine(): string {
    const text = this.#bytes.toString("latin1", this.#at).trim();
    this.#at = this.#bytes.length;
    return text;
  }

  /** Passes over the arguments that are left, reading nothing into them. */
  skip(): void {
    let quote = 0;
    for (; this.#at < this.#bytes.length; this.#at++) {
      const byte = this.#bytes[this.#at]!;
      if (quote !== 0) {
        if (byte === BACKSLASH && quote === QUOTE) this.#at++;
        else if (byte === quote) quote = 0;
      } else if (byte === BACKSLASH) return;
      else if (byte === QUOTE || byte === DOUBLE_QUOTE || byte === BACKQUOTE) quote = byte;
    }
  }

  /** After an error nothing of the line counts. */
  discard(): void {
    this.#at = this.#bytes.length;
  }

  /** What the script goes on with in the same line: another command, or SQL after `\\`. */
  rest(): Buffer {
    this.#skipSpaces();
    const isSeparator = this.#bytes[this.#at] === BACKSLASH && this.#bytes[this.#at + 1] === BACKSLASH;
    return this.#bytes.subarray(this.#at + (isSeparator ? 2 : 0));
  }

  #skipSpaces(): void {
    while (this.#at < this.#bytes.length && isSpace(this.#bytes[this.#at]!)) this.#at++;
  }

  #variable(): string {
    const start = this.#at;
    const token = colonToken(this.#bytes, start);
    const written = this.#bytes.subarray(start, Math.min(token.end, this.#bytes.length));
    this.#at = start + written.length;
    if (token.type === "other") {
      this.#at = start + 1;
      return ":";
    }
    const value = this.#hooks.variable(token.name);
    if (token.type === "test") return value === undefined ? "FALSE" : "TRUE";
    if (value === undefined) return written.toString("latin1");
    if (token.type === "plain") return value.toString("latin1");
    return (this.#hooks.quoted(value, token.quote) ?? written).toString("latin1");
  }

  /** A string in single quotes, with the escapes of C. */
  #string(): string {
    const bytes = this.#bytes;
    let text = "";
    for (this.#at++; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!;
      if (byte === QUOTE) {
        if (bytes[this.#at + 1] !== QUOTE) {
          this.#at++;
          return text;
        }
        this.#at++;
        text += "'";
      } else if (byte === BACKSLASH && this.#at + 1 < bytes.length) text += this.#escape();
      else text += String.fromCharCode(byte);
    }
    throw new ArgumentError("unterminated quoted string");
  }

  #escape(): string {
    const rest = this.#bytes.toString("latin1", this.#at + 1, this.#at + 5);
    const octal = /^[0-7]{1,3}/.exec(rest)?.[0];
    const hexadecimal = /^x([0-9A-Fa-f]{1,2})/.exec(rest)?.[0];
    this.#at += octal?.length ?? hexadecimal?.length ?? 1;
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8) & 0xff);
    if (hexadecimal !== undefined) return String.fromCharCode(Number.parseInt(hexadecimal.slice(1), 16));
    const letter = rest.charAt(0);
    return LETTER_ESCAPES[letter] ?? letter;
  }

  #identifier(dequote: boolean): string {
    const bytes = this.#bytes;
    let text = dequote ? "" : '"';
    for (this.#at++; this.#at < bytes.length; this.#at++) {
      const byte = bytes[this.#at]!;
      if (byte !== DOUBLE_QUOTE) text += String.fromCharCode(byte);
      else if (dequote && bytes[this.#at + 1] === DOUBLE_QUOTE) {
        text += '"';
        this.#at++;
      } else {
        this.#at++;
        return dequote ? text : `${text}"`;
      }
    }
    throw new ArgumentError("unterminated quoted string");
  }
}

function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}
