import { SftError } from '../base/errors';
import type { JsonObject } from '../base/fetched-file';

/** Values of a config.json, each refused by name where it is missing or not what it must be. */
export class ConfigReader {
  constructor(
    readonly json: JsonObject,
    readonly file: string,
  ) {}

  /** The object under a key; an empty one where there is none. */
  inner(key: string): ConfigReader {
    const value = this.json[key];
    return new ConfigReader(typeof value === 'object' && value !== null ? (value as JsonObject) : {}, this.file);
  }

  has(key: string): boolean {
    return this.json[key] !== undefined && this.json[key] !== null;
  }

  whole(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value < 2 ** 31) return value;
    throw this.invalid(`${key} is ${value === undefined ? 'missing' : `${JSON.stringify(value)}, not a whole number`}`);
  }

  count(key: string, fallback?: number): number {
    const value = this.whole(key, fallback);
    if (value > 0) return value;
    throw this.invalid(`${key} is 0`);
  }

  positive(key: string, fallback?: number): number {
    const value = this.json[key] ?? fallback;
    if (typeof value === 'number' && Number.isFinite(value) && value > 0) return value;
    throw this.invalid(`${key} is ${value === undefined ? 'missing' : `${JSON.stringify(value)}, not above 0`}`);
  }

  /** A list of `length` elements of which `accept` holds; undefined where there is none. */
  list<T>(key: string, length: number, accept: (value: unknown) => value is T): readonly T[] | undefined {
    const value = this.json[key];
    if (value === undefined || value === null) return undefined;
    if (Array.isArray(value) && value.length >= length && value.every(accept)) return value.slice(0, length);
    throw this.invalid(`${key} is not a list of ${length} values of its kind`);
  }

  invalid(reason: string): SftError {
    return new SftError('invalid-model-config', reason, {
      file: this.file,
      remedy: 'download the model folder again, or correct this value',
      exitCode: 2,
    });
  }

  unsupported(reason: string, remedy = 'choose another model'): SftError {
    return new SftError('unsupported-architecture', reason, { file: this.file, remedy, exitCode: 2 });
  }
}
