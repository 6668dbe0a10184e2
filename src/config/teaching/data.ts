import type { Teaching } from './teaching';

export const DATA_TEACHING = {
  dataset: {
    what: 'Your questions and answers in one file: JSON, JSONL, CSV, TSV or Parquet. The path is relative to this file. The model learns to write the answers, so their facts, tone and length become its own.',
    first: '100 to 500 examples that you have read yourself.',
    production: '2,000 to 10,000. Correct, varied examples beat many careless ones.',
    sides: ['Large, unread', 'Too small'],
    high: 'errors and repeated answers are learned just like good ones, and training takes long.',
    low: 'with fewer than a hundred the model copies the tone and recites the examples, but cannot answer anything else.',
  },
  validation_dataset: {
    what: 'A file of examples that are only used to measure progress: the loss on them is computed every `eval_steps` updates. It replaces `split.validation`: the share that would be taken from `dataset` is trained on instead.',
    first: 'leave it out: `split` takes a part of `dataset`.',
    production:
      'the file that **SFT: Split Dataset** or `sft split` wrote, or a fixed set of your own, so that runs on growing data stay comparable.',
    sides: ['Examples of dataset in it', 'Of another kind'],
    high: 'trained examples cannot measure anything: examples that are in both files are listed.',
    low: 'the curve shows how well the model does on questions unlike yours.',
  },
  test_dataset: {
    what: 'A file of examples for the final scores, not used before. It replaces `split.test`: the share that would be taken from `dataset` is trained on instead.',
    first: 'leave it out: `split` takes a part of `dataset`.',
    production:
      'the file that **SFT: Split Dataset** or `sft split` wrote, or a fixed set that is never trained on, so that the scores of all runs can be compared.',
    sides: ['Examples of dataset in it', 'Few examples'],
    high: 'the scores look too good: examples that are in both files are listed.',
    low: 'with 20 examples the scores vary widely; from 100 on they mean something.',
  },
  columns: {
    what: 'The names your data uses for the parts of an example, if they are not `question` and `answer`: `{ "question": "Prompt", "answer": "Reply" }`, and `system`, `context` or `messages` likewise. The files are not changed. `category` names the field that examples are grouped by in the report, in splits and in scores; the default is `agency`.',
    first: 'leave it out if your names are these; otherwise the editor offers to write it.',
    production: 'the same for all data files.',
    sides: ['A wrong field', 'Left out'],
    high: 'the model learns to write something other than the answer.',
    low: 'fields of other names are not found, and every example is an error.',
  },
  shuffle: {
    what: 'Whether the training examples are shuffled into a new random order in every epoch. The order depends on `seed` alone, so that a run can be repeated.',
    first: '`true`.',
    production:
      '`true`. `false` only if the order of the file matters, such as easy before hard, or to compare with another program example by example.',
    sides: ['On', 'Off'],
    high: 'every update sees a mix of subjects, and the loss falls evenly.',
    low: 'with a file sorted by subject the model learns one subject after another, and remembers the last one best.',
  },
  seed: {
    what: 'The source of all randomness: the first values of the adapter, the order of examples, dropout. Same seed, same data, same machine: same result. Its size has no meaning.',
    first: 'leave it as it is, so that only what you change makes a difference.',
    production: 'try two or three seeds before you believe a small gain: chance alone changes the scores a little.',
    sides: ['Changed often', 'Never changed'],
    high: 'you cannot tell whether a new setting helped or whether it was chance.',
    low: 'a lucky seed may look like a good setting.',
  },
  split: {
    what: 'Splits the data into three parts: `train` is trained on, `validation` measures progress, `test` is kept for the final scores. The shares add up to 1. Equal questions and near-duplicates stay in one part.',
    first: '0.8, 0.1 and 0.1.',
    production: 'the same; with 10,000 examples and more, 0.9, 0.05 and 0.05 leave enough to measure on.',
    sides: ['More train', 'Less train'],
    high: 'more to learn from, but scores measured on a handful of examples say little.',
    low: 'trustworthy scores for a model that has learned less than it could.',
  },
  'split.train': {
    what: 'The share of the examples that the model learns from. Only these change its weights; the rest is for measuring.',
    first: '0.8.',
    production:
      '0.8 to 0.9; the larger the set, the larger the share can be, since the other two parts then hold enough examples anyway.',
    high: 'at 1 nothing is left to measure with: you cannot see whether the model understands or recites.',
    low: 'good examples are not used, and a small dataset becomes too small to learn from.',
  },
  'split.validation': {
    what: 'The share used to measure progress during training. Every `eval_steps` updates the loss is measured on it, without learning from it. When it rises while the training loss still falls, the model has begun to recite.',
    first: '0.1.',
    production: '0.05 to 0.1, at least 50 examples or so.',
    high: 'less to learn from, and every measurement takes longer.',
    low: 'the curve jumps about by chance; at 0 there is no curve, and early stopping cannot work.',
  },
  'split.test': {
    what: 'The share that is kept until the end. `sft evaluate` compares the answers of the model before and after training on it (ROUGE). It stays a fair measure only as long as you do not use it to choose settings.',
    first: '0.1.',
    production: '0.05 to 0.1, at least 100 examples where you can.',
    high: 'exact scores, and fewer examples to learn from.',
    low: 'with 20 examples the scores vary widely; at 0 there is no fair measure at all.',
  },
  'split.seed': {
    what: 'Decides which examples go to which part. With the same data, shares and number the division is the same on every machine. Its size has no meaning.',
    first: '42, the default.',
    production:
      'never change it between runs you want to compare: scores are comparable only on the same test examples.',
    sides: ['Changed', 'Kept'],
    high: 'questions from the old test part move into training, so an adapter that is trained further and tested again looks better than it is.',
    low: 'comparisons stay fair from run to run.',
  },
  'split.near_duplicate_threshold': {
    what: 'Examples that share at least this much of their word pairs (question and answer) stay in one part, and so do those linked through them. Otherwise a question with one word changed could be both trained on and tested. Chains of more than half of the largest part are spread over the parts, with a warning.',
    first: '0.8, the default.',
    production: '0.8; 0.6 for data written from templates or paraphrased by a machine.',
    high: 'only texts that are nearly the same stay together: others leak, and the scores look too good.',
    low: 'different examples are kept together by a few common phrases, and the parts cover less of the subject. `null` keeps only identical questions together.',
  },
  packing: {
    what: 'Puts several short examples into one row of `max_seq_length` tokens, so that no space is wasted on padding. Here batches have no padding in the first place: `true` is accepted and changes nothing.',
    first: '`false`.',
    production: 'both are the same here. In other tools `true` speeds up sets of short examples several times.',
    sides: ['On', 'Off'],
    high: 'in other tools, fewer and fuller rows: more examples per update than the batch size says.',
    low: 'in other tools, rows padded to the longest example of the batch.',
  },
} as const satisfies Record<string, Teaching>;
