import { finalise } from '../minhash';

/** The number that came first with a text, by a 53-bit hash of the text: the texts themselves are not held. */
export class HashedNumbers {
  private readonly numbers = new Map<number, number>();

  /** Remembers the number; where the text came before, returns its first number instead. */
  put(text: string, number: number): number | undefined {
    let high = 0x9747b28c;
    let low = 0x3c6ef372;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      high = Math.imul(high ^ c, 0x01000193);
      low = Math.imul(low + c, 0x85ebca6b) ^ (low >>> 15);
    }
    const key = (finalise(high ^ (low >>> 3)) & 0x1fffff) * 2 ** 32 + finalise(low);
    const first = this.numbers.get(key);
    if (first === undefined) this.numbers.set(key, number);
    return first;
  }
}
