import type { NewRunEvent } from '../folder/event-schema';
import type { RunData } from './prepare';

/** Lines that are named. */
const SHOWN = 5;

/** What to say where examples are cut; undefined where none is. */
export function truncationWarning(data: RunData, maxSeqLength: number): NewRunEvent | undefined {
  const all = [...data.train, ...data.validation, ...data.test];
  const cut = all.filter((example) => example.truncatedTokens > 0);
  if (cut.length === 0) return undefined;
  const lines = cut.slice(0, SHOWN).map((example) => example.line);
  const shown = `${lines.join(', ')}${cut.length > SHOWN ? ', ...' : ''}`;
  return {
    type: 'warning',
    code: 'truncated',
    message: `${cut.length} of ${all.length} examples are longer than max_seq_length ${maxSeqLength} and are cut (lines ${shown})`,
    remedy: 'raise max_seq_length, or shorten them',
  };
}
