import { corruptGguf, type GgufFile, type ReadValue } from './read-gguf';

/** Values of a file's metadata, each refused by name where it is missing or not what it must be. */
export class GgufValues {
  constructor(private readonly gguf: GgufFile) {}

  /** @throws SftError corrupt-gguf; so do the others */
  text(key: string): string {
    return this.expect(key, (value) => typeof value === 'string');
  }

  number(key: string): number {
    return this.expect(key, (value) => typeof value === 'number');
  }

  texts(key: string): readonly string[] {
    return this.expect(key, (value): value is readonly string[] => isListOf(value, 'string'));
  }

  numbers(key: string): readonly number[] {
    return this.expect(key, (value): value is readonly number[] => isListOf(value, 'number'));
  }

  /** As it stands there; undefined where nothing does. */
  maybe(key: string): ReadValue | undefined {
    return this.gguf.metadata.get(key);
  }

  refuse(reason: string): Error {
    return corruptGguf(this.gguf.file, reason);
  }

  private expect<T extends ReadValue>(key: string, is: (value: ReadValue | undefined) => value is T): T {
    const value = this.gguf.metadata.get(key);
    if (is(value)) return value;
    throw this.refuse(value === undefined ? `${key} is missing` : `its ${key} has the wrong type`);
  }
}

function isListOf(value: ReadValue | undefined, type: 'string' | 'number'): boolean {
  return Array.isArray(value) && value.every((one) => typeof one === type);
}
