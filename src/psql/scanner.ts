import { CLASS, classOf, inIdentifier, inVariableName } from "./byte-classes.ts";
import { StatementText } from "./statement-text.ts";
import { StatementWords } from "./statement-words.ts";

/** Why the scanner stopped: the line is used up, a statement is complete, or a backslash command begins. */
export type ScanStop = "end-of-line" | "semicolon" | "backslash";

/** What the scanner asks while it reads. */
export interface ScannerHooks {
  /** Value of a variable, in the script's encoding. */
  variable(name: string): Buffer | undefined;
  /** The value as a literal or as an identifier, quoted. undefined when it cannot be one. */
  quoted(value: Buffer, as: "'" | '"'): Buffer | undefined;
  /** The session's standard_conforming_strings. */
  standardStrings(): boolean;
  onRecursion(name: string): void;
}

type QuoteState = "none" | "string" | "escape-string" | "identifier" | "dollar" | "comment";

/** A line, or the value of a variable that stands in it. */
interface Frame {
  /** What is looked at: see setLine. */
  readonly bytes: Buffer;
  readonly original: Buffer;
  at: number;
  readonly variable: string | undefined;
}

const [QUOTE, DOUBLE_QUOTE, DOLLAR, BACKSLASH, COLON] = [0x27, 0x22, 0x24, 0x5c, 0x3a] as const;
const [DASH, SLASH, STAR, EQUALS, AMPERSAND, CARRIAGE_RETURN] = [0x2d, 0x2f, 0x2a, 0x3d, 0x26, 0x0d] as const;
const SEMICOLON = Buffer.from(";");
const TRUTH = { true: Buffer.from("TRUE"), false: Buffer.from("FALSE") };

/**
 * Cuts a script into statements as psql does, line by line. It knows quotes, comments, parentheses and function bodies, and nothing else
 * of SQL. What stands before a statement (spaces, `--` comments) is left out, all else goes into `text` byte for byte.
 */
export class Scanner {
  readonly text = new StatementText();
  readonly words = new StatementWords();
  readonly #hooks: ScannerHooks;
  #frames: Frame[] = [];
  #state: QuoteState = "none";
  #tag: Buffer = SEMICOLON;
  #commentDepth = 0;
  #parentheses = 0;

  constructor(hooks: ScannerHooks) {
    this.#hooks = hooks;
  }

  get inQuote(): boolean {
    return this.#state !== "none";
  }

  /**
   * `looks` is the line with the same places and without bytes that look like quotes and are parts of characters, in encodings that have
   * such.
   */
  setLine(line: Buffer, looks: Buffer = line): void {
    this.#frames = [{ bytes: looks, original: line, at: 0, variable: undefined }];
  }

  /** What of the line is not scanned yet. */
  get rest(): Buffer {
    const parts = this.#frames.map(({ original, at }) => original.subarray(at)).reverse();
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  /** After a statement was sent, or thrown away. */
  reset(): void {
    this.text.clear();
    this.words.reset();
    this.#state = "none";
    this.#parentheses = 0;
  }

  /** Takes back what was added to the statement. */
  truncate(length: number): void {
    this.text.truncate(length);
    if (length > 0) return;
    this.words.reset();
    this.#parentheses = 0;
  }

  /** Reads on to the next stop. */
  scan(): ScanStop {
    for (;;) {
      const frame = this.#frames.at(-1);
      if (frame === undefined) return "end-of-line";
      const stop = this.#scanFrame(frame);
      if (stop === "pushed") continue;
      if (stop !== "end-of-line") return stop;
      if (this.#frames.length === 1) return "end-of-line";
      this.#frames.pop();
    }
  }

  #scanFrame(frame: Frame): ScanStop | "pushed" {
    const { bytes } = frame;
    const end = bytes.length;
    let from = frame.at;
    let at = from;
    while (at < end) {
      if (this.#state !== "none") {
        at = this.#skipQuoted(bytes, at);
        continue;
      }
      switch (classOf[bytes[at]!]) {
        case CLASS.letter:
          at = this.#identifier(bytes, at);
          break;
        case CLASS.digit:
          at = digits(bytes, at);
          break;
        case CLASS.space:
          at++;
          if (at === from + 1 && this.text.length === 0) from = at;
          break;
        case CLASS.quote:
          this.#state = this.#hooks.standardStrings() ? "string" : "escape-string";
          at++;
          break;
        case CLASS.doubleQuote:
          this.#state = "identifier";
          at++;
          break;
        case CLASS.dollar:
          at = this.#dollar(bytes, at);
          break;
        case CLASS.dash:
          if (bytes[at + 1] !== DASH) at++;
          else {
            const leads = at === from && this.text.length === 0;
            at = endOfComment(bytes, at);
            if (leads) from = at;
          }
          break;
        case CLASS.slash:
          if (bytes[at + 1] === STAR) {
            this.#state = "comment";
            this.#commentDepth = 1;
            at++;
          }
          at++;
          break;
        case CLASS.open:
          this.#parentheses++;
          at++;
          break;
        case CLASS.close:
          if (this.#parentheses > 0) this.#parentheses--;
          at++;
          break;
        case CLASS.semicolon:
          at++;
          if (this.#parentheses > 0 || this.words.inBody) break;
          this.#keep(frame, from, at);
          return "semicolon";
        case CLASS.colon: {
          const token = colonToken(bytes, at);
          if (token.type === "other") at = token.end;
          else {
            this.#keep(frame, from, at);
            frame.at = token.end;
            if (this.#substitute(token, frame.original.subarray(at, token.end))) return "pushed";
            from = at = token.end;
          }
          break;
        }
        case CLASS.backslash: {
          const next = bytes[at + 1];
          this.#keep(frame, from, at);
          if (next !== SEMICOLON[0] && next !== COLON) {
            frame.at = at + 1;
            return "backslash";
          }
          from = at + 1;
          at += 2;
          if (next === SEMICOLON[0]) this.words.next();
          break;
        }
        default:
          at++;
      }
    }
    this.#keep(frame, from, end);
    return "end-of-line";
  }

  #keep(frame: Frame, from: number, to: number): void {
    if (to > from) this.text.append(frame.original.subarray(from, to));
    frame.at = to;
  }

  #identifier(bytes: Buffer, start: number): number {
    let at = start + 1;
    while (at < bytes.length && inIdentifier[bytes[at]!] === 1) at++;
    if (at === start + 1) {
      const letter = bytes[start]! | 0x20;
      const next = bytes[at];
      // U& forms know no backslash as an escape of quotes; bits and hexadecimal digits know none at all.
      if (letter === 0x75 && next === AMPERSAND && (bytes[at + 1] === QUOTE || bytes[at + 1] === DOUBLE_QUOTE)) {
        this.#state = bytes[at + 1] === QUOTE ? "string" : "identifier";
        return at + 2;
      }
      if (next === QUOTE && (letter === 0x65 || letter === 0x62 || letter === 0x78)) {
        this.#state = letter === 0x65 ? "escape-string" : "string";
        return at + 1;
      }
    }
    this.words.add(bytes, start, at, this.#parentheses > 0);
    return at;
  }

  #dollar(bytes: Buffer, start: number): number {
    let at = start + 1;
    while (at < bytes.length && inVariableName[bytes[at]!] === 1) at++;
    const isTag = bytes[at] === DOLLAR && (at === start + 1 || classOf[bytes[start + 1]!] === CLASS.letter);
    if (!isTag) return at > start + 1 && classOf[bytes[start + 1]!] === CLASS.digit ? digits(bytes, start + 1) : start + 1;
    this.#state = "dollar";
    this.#tag = bytes.subarray(start, at + 1);
    return at + 1;
  }

  /** To the end of what was opened, or of the line. */
  #skipQuoted(bytes: Buffer, start: number): number {
    switch (this.#state) {
      case "string":
        return this.#toClosing(bytes, start, QUOTE);
      case "identifier":
        return this.#toClosing(bytes, start, DOUBLE_QUOTE);
      case "escape-string":
        return this.#escapeString(bytes, start);
      case "comment":
        return this.#comment(bytes, start);
      default: {
        const found = bytes.indexOf(this.#tag, start);
        if (found < 0) return bytes.length;
        this.#state = "none";
        return found + this.#tag.length;
      }
    }
  }

  #toClosing(bytes: Buffer, start: number, quote: number): number {
    const found = bytes.indexOf(quote, start);
    if (found < 0) return bytes.length;
    if (bytes[found + 1] === quote) return found + 2;
    this.#state = "none";
    return found + 1;
  }

  #escapeString(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length; at++) {
      if (bytes[at] === BACKSLASH) at++;
      else if (bytes[at] === QUOTE) {
        if (bytes[at + 1] === QUOTE) return at + 2;
        this.#state = "none";
        return at + 1;
      }
    }
    return bytes.length;
  }

  #comment(bytes: Buffer, start: number): number {
    for (let at = start; at < bytes.length - 1; at++) {
      if (bytes[at] === STAR && bytes[at + 1] === SLASH) {
        if (--this.#commentDepth === 0) {
          this.#state = "none";
          return at + 2;
        }
        at++;
      } else if (bytes[at] === SLASH && bytes[at + 1] === STAR) {
        this.#commentDepth++;
        at++;
      }
    }
    return bytes.length;
  }

  /** Puts the value in the place of the variable. True when it is to be scanned like the script itself. */
  #substitute(token: Extract<ColonToken, { type: "plain" | "quoted" | "test" }>, written: Buffer): boolean {
    const value = this.#hooks.variable(token.name);
    if (token.type === "test") {
      this.text.append(value === undefined ? TRUTH.false : TRUTH.true);
    } else if (token.type === "quoted") {
      this.text.append(value === undefined ? written : (this.#hooks.quoted(value, token.quote) ?? written));
    } else if (value === undefined) {
      this.text.append(written);
    } else if (this.#frames.some(({ variable }) => variable === token.name)) {
      this.#hooks.onRecursion(token.name);
      this.text.append(written);
    } else {
      this.#frames.push({ bytes: value, original: value, at: 0, variable: token.name });
      return true;
    }
    return false;
  }
}

export type ColonToken =
  | { readonly type: "plain"; readonly name: string; readonly end: number }
  | { readonly type: "quoted"; readonly name: string; readonly quote: "'" | '"'; readonly end: number }
  /** `:{?name}` */
  | { readonly type: "test"; readonly name: string; readonly end: number }
  | { readonly type: "other"; readonly end: number };

/** What a colon begins. */
export function colonToken(bytes: Buffer, colon: number): ColonToken {
  const next = bytes[colon + 1];
  if (next === COLON || next === EQUALS) return { type: "other", end: colon + 2 };
  const isTest = next === 0x7b && bytes[colon + 2] === 0x3f;
  const isQuoted = next === QUOTE || next === DOUBLE_QUOTE;
  const start = colon + (isTest ? 3 : isQuoted ? 2 : 1);
  let end = start;
  while (end < bytes.length && inVariableName[bytes[end]!] === 1) end++;
  if (end === start) return { type: "other", end: colon + 1 };
  const name = bytes.toString("utf8", start, end);
  if (isTest) return bytes[end] === 0x7d ? { type: "test", name, end: end + 1 } : { type: "other", end: colon + 1 };
  if (!isQuoted) return { type: "plain", name, end };
  if (bytes[end] !== next) return { type: "other", end: colon + 1 };
  return { type: "quoted", name, quote: next === QUOTE ? "'" : '"', end: end + 1 };
}

/** A number, and letters that hang on it. */
function digits(bytes: Buffer, start: number): number {
  let at = start + 1;
  while (at < bytes.length && classOf[bytes[at]!] === CLASS.digit) at++;
  if (at < bytes.length && classOf[bytes[at]!] === CLASS.letter) while (at < bytes.length && inIdentifier[bytes[at]!] === 1) at++;
  return at;
}

function endOfComment(bytes: Buffer, start: number): number {
  const found = bytes.indexOf(CARRIAGE_RETURN, start);
  return found < 0 ? bytes.length : found;
}
