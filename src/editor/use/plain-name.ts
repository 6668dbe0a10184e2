/**
 * The name of a run as files, models of Ollama and repositories may be called: no blanks, and no sign at its ends: at the beginning a dash is an
 * option to every program that is given the name.
 * @param other what becomes a dash
 */
export function plainName(name: string, other = /[^\p{L}\p{M}\p{N}._-]+/gu): string {
  return name.replaceAll(other, '-').replaceAll(/^[^\p{L}\p{N}]+|-+$/gu, '') || 'model';
}
