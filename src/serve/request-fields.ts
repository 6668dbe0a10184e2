import { nearest } from '../base/nearest';
import { ApiError } from './api-error';
import type { JsonFields } from './request-body';

/** @throws never; an error to throw: the field is wrong */
export function invalid(param: string, reason: string, code = 'invalid_value'): ApiError {
  return new ApiError(400, `${param} ${reason}`, { param, code });
}

interface NumberBounds {
  readonly min: number;
  readonly max: number;
  readonly whole?: boolean;
}

/** Reads a request's fields by name; null counts as absent, as OpenAI's clients mean it. Every wrong one is an ApiError 400. */
export class RequestFields {
  private readonly read = new Set<string>();

  constructor(private readonly json: JsonFields) {}

  value(name: string): unknown {
    this.read.add(name);
    return this.json[name] ?? undefined;
  }

  text(name: string): string {
    const value = this.value(name);
    if (value === undefined) throw invalid(name, 'is missing', 'missing_required_parameter');
    if (typeof value !== 'string') throw invalid(name, 'is not a string', 'invalid_type');
    return value;
  }

  flag(name: string, fallback: boolean): boolean {
    const value = this.value(name) ?? fallback;
    if (typeof value !== 'boolean') throw invalid(name, 'is not true or false', 'invalid_type');
    return value;
  }

  number(name: string, { min, max, whole = false }: NumberBounds): number | undefined {
    const value = this.value(name);
    if (value === undefined) return undefined;
    const fits = typeof value === 'number' && value >= min && value <= max && (!whole || Number.isSafeInteger(value));
    if (fits) return value;
    const range = max === Number.MAX_SAFE_INTEGER ? `from ${min} up` : `from ${min} to ${max}`;
    throw invalid(name, `is ${shown(value)}, not a ${whole ? 'whole ' : ''}number ${range}`);
  }

  /** A field of OpenAI's that may be given with the value that changes nothing. */
  unsupported(name: string, neutral: readonly unknown[]): void {
    const value = this.value(name);
    if (value === undefined || neutral.some((same) => JSON.stringify(same) === JSON.stringify(value))) return;
    throw invalid(name, 'is not supported by this server: leave it out', 'unsupported_parameter');
  }

  /** Fields that say nothing about the answer. */
  ignore(...names: readonly string[]): void {
    for (const name of names) this.read.add(name);
  }

  /** Refuses what was not asked for: a mistyped field would silently do nothing. With null it was to do nothing. */
  refuseOthers(): void {
    const other = Object.keys(this.json).find((name) => !this.read.has(name) && this.json[name] !== null);
    if (other === undefined) return;
    const near = nearest(other, [...this.read]);
    throw invalid(
      other,
      `is not a known field${near === undefined ? '' : `; did you mean ${near}?`}`,
      'unknown_parameter',
    );
  }
}

function shown(value: unknown): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}
