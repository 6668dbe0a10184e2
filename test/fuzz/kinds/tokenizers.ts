import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { FuzzKind } from '../kind';
import { mutateText, oneIn, pick } from '../mutations';
import { copyModel, useModel } from './model-folders';

const PATTERNS: readonly string[] = [
  '(a+)+$',
  '(?:[^,]|[^.])*x',
  '(\\p{L}|\\p{L}\\p{L})*!',
  '\\s*\\s*\\s*\\s*\\s*\\s*z',
  '(.*)*\\1z',
  '(?=(.+)+x)',
  '[',
  '(?i:',
  '\\p{Nope}',
  '',
  '.',
  "(?i:'s|'t)|[^\\r\\n\\p{L}\\p{N}]?\\p{L}+|\\p{N}{1,3}",
];

/** Stages that grow, split or loop over a text. */
const STAGES: readonly ((pattern: string, content: string) => object)[] = [
  (pattern, content) => ({ type: 'Replace', pattern: { Regex: pattern }, content }),
  (pattern, content) => ({ type: 'Replace', pattern: { String: pattern }, content }),
  (_, content) => ({ type: 'Prepend', prepend: content }),
  () => ({ type: 'NFKD' }),
];

const GROWING: readonly string[] = ['', ' ', 'aa', 'eeee', 'x'.repeat(100_000)];

/** A tokenizer whose patterns and normalizers do more than they should. */
export const tokenizers: FuzzKind = {
  name: 'tokenizers',
  async run(fuzz) {
    const { random } = fuzz;
    const model = copyModel(fuzz.base('model'), fuzz.folder);
    const file = path.join(model, 'tokenizer.json');
    const json = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
    const pattern = (): string => {
      const one = pick(random, PATTERNS);
      return oneIn(random, 3) ? mutateText(random, one) : one;
    };
    if (!oneIn(random, 3)) {
      json['pre_tokenizer'] = {
        type: 'Sequence',
        pretokenizers: [
          {
            type: 'Split',
            pattern: { Regex: pattern() },
            behavior: pick(random, ['Isolated', 'Removed', 'Contiguous', 'MergedWithPrevious', 'MergedWithNext']),
            invert: oneIn(random, 2),
          },
          { type: 'ByteLevel', add_prefix_space: false, use_regex: oneIn(random, 2) },
        ],
      };
    }
    if (oneIn(random, 2)) {
      const stages = Array.from({ length: 1 + random.below(40) }, () =>
        pick(random, STAGES)(oneIn(random, 2) ? pattern() : pick(random, ['', 'a', 'e', ' ']), pick(random, GROWING)),
      );
      json['normalizer'] = { type: 'Sequence', normalizers: stages };
    }
    if (oneIn(random, 4)) {
      const long = 'y'.repeat(1 + random.below(50_000));
      json['added_tokens'] = [0, 1, 2].map((i) => ({
        id: 2043 + i,
        content: long.slice(i),
        normalized: oneIn(random, 2),
      }));
    }
    writeFileSync(file, JSON.stringify(json));
    await useModel(fuzz, model);
  },
};
