/** Where a script's words go. */
export interface ScriptConsole {
  /** Results. A promise while whoever reads them is slow. */
  write(bytes: Uint8Array): Promise<void> | undefined;
  /** Messages. */
  say(bytes: Uint8Array): void;
}
