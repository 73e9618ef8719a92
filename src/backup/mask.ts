/** What stands in the place of a secret. */
const MASK = "***";

/** What is shorter is no secret, and would be found in every second word. */
const LENGTH_MIN = 3;

/** Replaces secrets in a stream of bytes, wherever it is cut into pieces. */
export class SecretMask {
  readonly #secrets: readonly string[];
  /** The beginning of what may become a secret. */
  #held = "";

  /** As they are, percent-encoded as in a URL, and as in JSON. */
  constructor(secrets: readonly string[]) {
    const forms = secrets
      .filter(({ length }) => length >= LENGTH_MIN)
      .flatMap((one) => [one, percentEncoded(one), JSON.stringify(one).slice(1, -1)]);
    // The longest first: a secret may begin with another one.
    this.#secrets = [...new Set(forms)].map((form) => Buffer.from(form).toString("latin1")).sort((a, b) => b.length - a.length);
  }

  /** What can be told so far. */
  push(bytes: Uint8Array): Buffer {
    return this.#take(this.#held + Buffer.from(bytes).toString("latin1"), false);
  }

  /** The rest. */
  end(): Buffer {
    return this.#take(this.#held, true);
  }

  #take(text: string, isEnd: boolean): Buffer {
    let told = "";
    let at = 0;
    this.#held = "";
    while (at < text.length) {
      const begun = isEnd ? undefined : this.#secrets.find((one) => one.length > text.length - at && one.startsWith(text.slice(at)));
      if (begun !== undefined) {
        this.#held = text.slice(at);
        break;
      }
      const found = this.#secrets.find((one) => text.startsWith(one, at));
      told += found === undefined ? text.charAt(at) : MASK;
      at += found?.length ?? 1;
    }
    return Buffer.from(told, "latin1");
  }
}

function percentEncoded(secret: string): string {
  try {
    return encodeURIComponent(secret);
  } catch {
    // Half a character cannot be encoded, nor does a URL hold it.
    return secret;
  }
}
