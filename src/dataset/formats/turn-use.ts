import type { ExampleMessage } from '../example';
import type { Turn } from './conversation';

/** Where chat APIs write what a model thought before it answered. */
const THOUGHT_KEYS = ['reasoning_content', 'reasoning', 'thinking'];

/** A turn with what its further keys say of it: thoughts, and whether it is learnt (OpenAI's `weight`, others' `train`). */
export function messageOf({ role, content, further }: Turn): ExampleMessage {
  if (role !== 'assistant') return { role, content };
  const thoughts = THOUGHT_KEYS.map((key) => further[key]).find(
    (value) => typeof value === 'string' && value.trim() !== '',
  );
  return {
    role,
    content,
    ...(typeof thoughts === 'string' ? { thoughts } : {}),
    ...(isLeftOut(further) ? { train: false } : {}),
  };
}

/** Whether the keys of a turn say that it is not to be learnt. */
export function isLeftOut(keys: Readonly<Record<string, unknown>>): boolean {
  return keys['weight'] === 0 || keys['train'] === false;
}

/**
 * The number of the last answer to a question that is learnt; -1 where there is none. What stands behind it has no part in training.
 * @param turns in order
 */
export function lastLearnt(turns: readonly Pick<ExampleMessage, 'role' | 'train'>[]): number {
  return turns.findLastIndex(
    ({ role, train }, at) => role === 'assistant' && train !== false && turns[at - 1]?.role === 'user',
  );
}
