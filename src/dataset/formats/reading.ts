import type { DatasetKind } from './kind';
import { AS_WRITTEN, type Places } from './places';

export type JsonObject = Readonly<Record<string, unknown>>;

/** What is told of a file once, at the first of the examples that it is true of. */
export interface Note {
  readonly rule: 'other-format' | 'unused-key';
  readonly severity: 'info' | 'warning';
  readonly message: string;
}

/** An example as its kind wants it, however its file writes it. */
export interface Reading {
  readonly kind: DatasetKind;
  /** As the schema of its kind wants it, so far as that can be had; the value itself where it is written so. */
  readonly value: JsonObject;
  readonly places: Places;
  readonly notes: readonly Note[];
}

const NO_NOTES: readonly Note[] = [];

/** The reading of an example that is written as its kind wants it. */
export function asWritten(kind: DatasetKind, value: JsonObject): Reading {
  return { kind, value, places: AS_WRITTEN, notes: NO_NOTES };
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
