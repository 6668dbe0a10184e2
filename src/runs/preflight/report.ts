import path from 'node:path';
import type { ConfigChanges } from '../../config/change-config';
import type { KnownPace } from '../forecast/known-pace';
import { formatError, type SftError } from '../../base/errors';

/** What is looked at before a run, in the order in which it is shown. */
export type PreflightId =
  | 'model'
  | 'data'
  | 'template'
  | 'answers'
  | 'length'
  | 'samples'
  | 'split'
  | 'overlap'
  | 'steps'
  | 'schedule'
  | 'values'
  | 'device'
  | 'memory'
  | 'disk'
  | 'time';

export interface PreflightRemedy {
  /** Imperative: `Set max_seq_length to 512`. */
  readonly title: string;
  readonly changes: ConfigChanges;
}

/** One thing that was looked at. */
export interface PreflightCheck {
  readonly id: PreflightId;
  /** A word or two: `Memory`. */
  readonly title: string;
  /** With an error the run would fail; a warning is worth a thought before it starts, a note is no reason to wait. */
  readonly status: 'ok' | 'note' | 'warning' | 'error';
  /** What was found, with figures; of a warning or an error the cause and, after a dash, what to do. */
  readonly message: string;
  /** Changes of the configuration that correct it, the best first. */
  readonly remedies: readonly PreflightRemedy[];
  /** Errors in the data, where there are some: how many, and where the first stands. */
  readonly inData?: { readonly count: number; readonly first: DataPlace };
}

/** A place in a file: absolute, line and column from 1. */
export interface DataPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface PreflightReport {
  readonly checks: readonly PreflightCheck[];
  /** Seconds that the run will take, where they are known. */
  readonly seconds?: number;
  /** What was measured of this machine: it can be given to a later look at the same model. */
  readonly pace?: KnownPace;
}

export function ok(id: PreflightId, title: string, message: string): PreflightCheck {
  return { id, title, status: 'ok', message, remedies: [] };
}

export function warning(
  id: PreflightId,
  title: string,
  message: string,
  remedies: readonly PreflightRemedy[] = [],
): PreflightCheck {
  return { id, title, status: 'warning', message, remedies };
}

export function failure(
  id: PreflightId,
  title: string,
  message: string,
  remedies: readonly PreflightRemedy[] = [],
): PreflightCheck {
  return { id, title, status: 'error', message, remedies };
}

/** What a run would fail with. */
export function thrown(id: PreflightId, title: string, error: SftError): PreflightCheck {
  return failure(id, title, formatError(error));
}

/** `Set max_seq_length to 512`, of one key. */
export function setting(changes: ConfigChanges, why = ''): PreflightRemedy {
  const parts = Object.entries(changes).map(([key, value]) =>
    value === null ? `Remove ${key}` : `Set ${key} to ${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  const title = parts.map((part, i) => (i === 0 ? part : part[0]!.toLowerCase() + part.slice(1))).join(' and ');
  return { title: why === '' ? title : `${title}: ${why}`, changes };
}

/** The lines of the first examples, with their files where these are several. */
export function lines(examples: readonly { readonly file: string; readonly line: number }[]): string {
  const { file } = examples[0]!;
  const oneFile = examples.every((example) => example.file === file);
  const shown = examples.slice(0, 5).map((one) => (oneFile ? one.line : `${path.basename(one.file)}:${one.line}`));
  return `${shown.join(', ')}${examples.length > 5 ? ', ...' : ''}`;
}
