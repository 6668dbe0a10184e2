import { findNodeAtLocation, findNodeAtOffset, getNodeValue, parseTree, printParseErrorCode } from 'jsonc-parser';
import type { JSONPath, Node, ParseError } from 'jsonc-parser';
import type { ErrorPlace } from '../base/errors';
import { configProblem, type ConfigProblem } from './config-error';
import { tooDeepAt } from './nesting';
import { removeKey } from './repair';

/** A JSON object with the place of each of its keys and values. Comments and trailing commas are not JSON and are refused by a run. */
export class ConfigText {
  readonly #lineStarts: number[] = [0];
  #errorOffsets: readonly number[] = [];

  private constructor(
    readonly file: string,
    private readonly text: string,
    private node: Node | undefined,
  ) {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#lineStarts.push(at + 1);
  }

  /**
   * @param relaxed lets comments and trailing commas pass, for an edit that is not about them
   * @throws ConfigProblem at the first place where the text is not a JSON object
   */
  static parse(text: string, file: string, relaxed = false): ConfigText {
    const { parsed, syntax } = ConfigText.read(text, file, relaxed);
    if (syntax !== undefined) throw syntax;
    return parsed;
  }

  /** As parse, but never throws: of a text that is not a JSON object, the keys that can be read, and what is wrong first. */
  static read(
    text: string,
    file: string,
    relaxed = false,
  ): { readonly parsed: ConfigText; readonly syntax: ConfigProblem | undefined } {
    const plain = text.startsWith('\uFEFF') ? text.slice(1) : text;
    const parsed = new ConfigText(file, plain, undefined);
    if (plain.trim() === '') {
      const details = { ...parsed.place(0), remedy: 'start with {"model_name": "FOLDER", "dataset": "FILE"}' };
      return { parsed, syntax: configProblem('the configuration is empty', details) };
    }
    const deep = parsed.depthProblem();
    if (deep !== undefined) return { parsed, syntax: deep };
    const errors: ParseError[] = [];
    const root = parseTree(plain, errors, { disallowComments: !relaxed, allowTrailingComma: relaxed });
    if (root?.type === 'object') parsed.node = root;
    const [first] = errors;
    if (first !== undefined) {
      parsed.#errorOffsets = errors.map(({ offset }) => offset);
      return { parsed, syntax: parsed.syntaxError(first) };
    }
    if (root?.type === 'object') return { parsed, syntax: undefined };
    const details = { ...parsed.place(root?.offset ?? 0), remedy: 'write its keys between { and }' };
    return { parsed, syntax: configProblem('a configuration is a JSON object', details) };
  }

  /** Each key that stands twice in one object, at its second place. JSON readers silently take the last one. */
  duplicates(): ConfigProblem[] {
    const found: ConfigProblem[] = [];
    const visit = (node: Node): void => {
      const seen = new Set<string>();
      for (const child of node.children ?? []) {
        const key = node.type === 'object' ? child.children?.[0] : undefined;
        if (key !== undefined) {
          const name = String(key.value);
          if (seen.has(name)) {
            const remedy = 'keep one of them';
            const details = { ...this.place(key.offset), remedy };
            found.push(configProblem(`${name} is given twice`, details, [removeKey(name)]));
          }
          seen.add(name);
        }
        visit(child);
      }
    };
    if (this.node !== undefined) visit(this.node);
    return found;
  }

  /** The tree of the configuration. */
  get root(): Node {
    if (this.node === undefined) throw new Error('only a text that was parsed has a tree');
    return this.node;
  }

  /** The place of the key `path` leads to, of an array's item, or of the object itself for an empty path. */
  placeOf(path: JSONPath): ErrorPlace {
    const node = this.node === undefined ? undefined : findNodeAtLocation(this.node, path);
    const named = node?.parent?.type === 'property' ? node.parent : node;
    return this.place(named?.offset ?? this.node?.offset ?? 0);
  }

  /** The UTF-16 offset of a place that this object gave. */
  offsetOf({
    line = 1,
    column = 1,
  }: {
    readonly line?: number | undefined;
    readonly column?: number | undefined;
  }): number {
    return (this.#lineStarts[line - 1] ?? 0) + column - 1;
  }

  /** Where the list's item that starts at `offset` ends; one character further where none does. */
  itemEnd(offset: number): number {
    const node = findNodeAtOffset(this.root, offset);
    return node?.parent?.type === 'array' && node.offset === offset ? offset + node.length : offset + 1;
  }

  private place(offset: number): Required<ErrorPlace> {
    let line = this.#lineStarts.findLastIndex((start) => start <= offset);
    line = Math.max(line, 0);
    return { file: this.file, line: line + 1, column: offset - this.#lineStarts[line]! + 1 };
  }

  private depthProblem(): ConfigProblem | undefined {
    const at = tooDeepAt(this.text);
    if (at === undefined) return undefined;
    return configProblem('brackets are nested too deeply for a configuration', {
      ...this.place(at),
      remedy: 'check that this is the right file',
    });
  }

  private syntaxError(error: ParseError): ConfigProblem {
    const before = this.text.slice(0, error.offset).trimEnd();
    const found = this.text[error.offset];
    const code = printParseErrorCode(error.error);
    if (before.endsWith(',') && (found === '}' || found === ']')) {
      const edit = { start: before.length - 1, end: before.length, text: '' };
      return configProblem(
        'JSON has no comma after the last item',
        { ...this.place(before.length - 1), remedy: 'remove the comma' },
        [{ title: 'Remove the comma', changes: [{ kind: 'edit', edit }] }],
      );
    }
    if (code === 'InvalidCommentToken') {
      return configProblem('JSON has no comments', { ...this.place(error.offset), remedy: 'remove the comment' });
    }
    if (code === 'CommaExpected') {
      const edit = { start: before.length, end: before.length, text: ',' };
      return configProblem('a comma is missing', { ...this.place(before.length), remedy: 'add it here' }, [
        { title: 'Add the comma', changes: [{ kind: 'edit', edit }] },
      ]);
    }
    if (code === 'UnexpectedEndOfString') {
      const remedy = 'close the quotes; a quote inside is written \\"';
      return configProblem('a text is not closed', { ...this.place(error.offset), remedy });
    }
    if (error.offset >= this.text.trimEnd().length) {
      return configProblem('the file ends in the middle', {
        ...this.place(error.offset),
        remedy: 'add what is missing, usually a closing bracket',
      });
    }
    return configProblem(`not valid JSON: ${WORDS[code] ?? code}`, {
      ...this.place(error.offset),
      remedy: found === "'" ? 'write texts in double quotes' : 'fix the text at this place',
    });
  }

  /** The value as JSON.parse gives it; of a text that is not JSON, the keys whose own text is. */
  value(): Readonly<Record<string, unknown>> {
    if (this.#errorOffsets.length === 0 && this.node !== undefined) {
      return JSON.parse(this.text) as Readonly<Record<string, unknown>>;
    }
    const read: [string, unknown][] = [];
    for (const property of this.node?.children ?? []) {
      const [key, given] = property.children ?? [];
      if (key === undefined || given === undefined) continue;
      const end = given.offset + given.length;
      // What follows at once belongs to the value: a text whose quotes were closed too late, half a number.
      const broken = this.#errorOffsets.some(
        (offset) => offset >= property.offset && offset <= end && offset < this.text.length,
      );
      if (!broken) read.push([String(key.value), getNodeValue(given)]);
    }
    return Object.fromEntries(read);
  }
}

const WORDS: Readonly<Record<string, string>> = {
  InvalidSymbol: 'a word without quotes',
  InvalidNumberFormat: 'a badly written number',
  PropertyNameExpected: 'a key in double quotes is expected',
  ValueExpected: 'a value is expected',
  ColonExpected: 'a colon is expected after the key',
  CloseBraceExpected: 'a closing } is expected',
  CloseBracketExpected: 'a closing ] is expected',
  EndOfFileExpected: 'something follows the closing bracket',
  InvalidUnicode: 'a badly written \\u character',
  InvalidEscapeCharacter: 'an unknown \\ sequence; a backslash is written \\\\',
  InvalidCharacter: 'a character that must be written as \\n, \\t or \\uXXXX',
};
