/** A text as a shell takes it for one word. */
export function shellWord(text: string): string {
  return /^[\w./:=@%+-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A text as one word of a command that a person copies into the shell of this machine. */
export function commandWord(text: string, platform = process.platform): string {
  if (platform !== 'win32') return shellWord(text);
  return /^[\w.\\/:=@%+-]+$/.test(text) ? text : `"${text}"`;
}
