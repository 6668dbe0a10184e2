import { isMap, isScalar, LineCounter, parseDocument } from 'yaml';
import { SftError } from '../../base/errors';

/** A key of a configuration of another tool, and what it says. */
export interface ForeignEntry {
  readonly key: string;
  readonly value: unknown;
  /** 1-based. */
  readonly line: number;
}

/** More is no configuration. */
const MOST_CHARACTERS = 1_000_000;

/**
 * The keys of a YAML mapping, or of a JSON object, in their order. Words and numbers are read as YAML 1.1 has them, which these tools read:
 * `yes` is true, and 1e-4 a number.
 * @throws SftError foreign-config
 */
export function readYaml(text: string, file: string): readonly ForeignEntry[] {
  const refuse = (reason: string, line?: number): SftError =>
    new SftError('foreign-config', reason, {
      file,
      ...(line === undefined ? {} : { line }),
      remedy: 'give the configuration of a tool: a file of YAML or JSON with a key a line',
      exitCode: 2,
    });
  if (text.length > MOST_CHARACTERS) throw refuse('is too long for a configuration');
  const lines = new LineCounter();
  const document = inDepth(
    () => parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false }),
    refuse,
  );
  const [error] = document.errors;
  if (error !== undefined) throw refuse(`is not YAML: ${error.message}`, lines.linePos(error.pos[0]).line);
  const { contents } = document;
  if (!isMap(contents)) throw refuse('holds no keys with values');
  const values = inDepth(() => document.toJS() as unknown, refuse);
  return contents.items.flatMap(({ key }) => {
    if (!isScalar(key) || typeof key.value !== 'string') return [];
    const line = lines.linePos(key.range[0]).line;
    return [{ key: key.value, value: (values as Record<string, unknown>)[key.value], line }];
  });
}

/** What is nested deeper than the stack, and aliases that stand for more than a configuration can hold, is refused by the reader. */
function inDepth<T>(read: () => T, refuse: (reason: string) => SftError): T {
  try {
    return read();
  } catch (cause) {
    throw refuse(`cannot be read: ${cause instanceof Error ? cause.message : String(cause)}`);
  }
}
