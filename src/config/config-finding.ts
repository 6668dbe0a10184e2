import type { Advice } from './advice-item';
import type { ConfigProblem } from './config-error';
import type { ConfigText } from './config-text';
import { endOf, type ConfigEdit } from './key-edits';
import { editsOf, propertyAt, type Repair } from './repair';

/** A mechanical repair; its edits do not overlap and are applied together. */
export interface ConfigFix {
  readonly title: string;
  readonly edits: readonly ConfigEdit[];
}

/** One mistake in a configuration, or advice on it, on the exact range of its key. */
export interface ConfigFinding {
  /** An error keeps a run from starting. */
  readonly severity: 'error' | 'warning' | 'info';
  /** `config` for what loadConfig refuses, `config-syntax` for what is no JSON, else the name of the advice. */
  readonly code: string;
  /** The reason and, after a dash, what to do. */
  readonly message: string;
  /** UTF-16 offsets in the text without its byte order mark. */
  readonly offset: number;
  readonly endOffset: number;
  /** 1-based, as all findings of this project. */
  readonly line: number;
  readonly column: number;
  readonly fixes: readonly ConfigFix[];
}

/** A mistake of `loadConfig` as a finding on its key. */
export function problemFinding(problem: ConfigProblem, parsed: ConfigText, text: string): ConfigFinding {
  const { message: reason, remedy, repairs } = problem;
  return finding({ severity: 'error', code: 'config', place: problem, reason, remedy, repairs }, parsed, text);
}

/** Advice as a finding at the key chosen for it. */
export function adviceFinding(advice: Advice, place: Place, parsed: ConfigText, text: string): ConfigFinding {
  return finding({ ...advice, place }, parsed, text);
}

interface Place {
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

interface Source {
  readonly severity: ConfigFinding['severity'];
  readonly code: string;
  readonly place: Place;
  readonly reason: string;
  readonly remedy: string | undefined;
  readonly repairs: readonly Repair[];
}

function finding(source: Source, parsed: ConfigText, text: string): ConfigFinding {
  const { line = 1, column = 1 } = source.place;
  const offset = parsed.offsetOf(source.place);
  const property = propertyAt(parsed.root, offset);
  const key = property?.children?.[0];
  const fixes: ConfigFix[] = [];
  for (const repair of source.repairs) {
    const edits = repair.changes.map((change) => editsOf(change, text, parsed.root, offset));
    if (edits.every((edit) => edit !== undefined)) fixes.push({ title: repair.title, edits: inOrder(edits) });
  }
  return {
    severity: source.severity,
    code: source.code,
    message: messageOf(source),
    offset,
    // Of an item of a list the item itself, of the whole configuration its opening bracket.
    endOffset: key === undefined ? parsed.itemEnd(offset) : endOf(key),
    line,
    column,
    fixes,
  };
}

/** What keeps a text from being JSON, as a finding. */
export function syntaxFinding(problem: ConfigProblem, text: string): ConfigFinding {
  const { line = 1, column = 1 } = problem;
  const offset = offsetOfPlace(text, line, column);
  const end = /^[\w.+-]+/.exec(text.slice(offset, offset + 100))?.[0].length ?? 1;
  const fixes = problem.repairs.map((repair) => ({
    title: repair.title,
    edits: repair.changes.flatMap((change) => (change.kind === 'edit' ? [change.edit] : [])),
  }));
  return {
    severity: 'error',
    code: 'config-syntax',
    message: messageOf({ reason: problem.message, remedy: problem.remedy }),
    offset,
    endOffset: Math.min(text.length, offset + end),
    line,
    column,
    fixes,
  };
}

function offsetOfPlace(text: string, line: number, column: number): number {
  let start = 0;
  for (let at = 1; at < line; at++) start = text.indexOf('\n', start) + 1;
  return start + column - 1;
}

function messageOf({ reason, remedy }: { readonly reason: string; readonly remedy: string | undefined }): string {
  return remedy === undefined ? reason : `${reason} - ${remedy}`;
}

/** Two keys added at one place become one edit: editors refuse edits that touch. */
function inOrder(edits: readonly ConfigEdit[]): ConfigEdit[] {
  const merged: ConfigEdit[] = [];
  for (const edit of edits.toSorted((a, b) => a.start - b.start)) {
    const last = merged.at(-1);
    if (last?.start === edit.start && last.end === edit.end && edit.start === edit.end) {
      merged[merged.length - 1] = { ...last, text: last.text + edit.text };
    } else merged.push(edit);
  }
  return merged;
}
