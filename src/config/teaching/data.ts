import type { Teaching } from './teaching';

export const DATA_TEACHING = {
  dataset: {
    what: 'Your questions and answers in one file: JSON or JSONL. The path is relative to this file. The model learns to write the answers, so their facts, tone and length become its own.',
    first: '100 to 500 examples that you have read yourself.',
    production: '2,000 to 10,000. Correct, varied examples beat many careless ones.',
    sides: ['Large, unread', 'Too small'],
    high: 'mistakes and repeated answers are learned as faithfully as good ones, and training takes long.',
    low: 'under a hundred the model copies the tone, recites the examples and is lost beside them.',
  },
  validation_dataset: {
    what: 'A file of examples that only watch the training: its loss is measured on them every `eval_steps` updates. It takes the place of `split.validation`: what that share would take from `dataset` is learned from instead.',
    first: 'leave it out: `split` takes a part of `dataset`.',
    production:
      'the file that **SFT: Split Dataset** or `sft split` wrote, or a fixed set of your own, so that runs on growing data stay comparable.',
    sides: ['Examples of dataset in it', 'Of another kind'],
    high: 'what is learned from measures nothing: examples that stand in both are listed.',
    low: 'the curve says how well the model does on other questions than yours.',
  },
  test_dataset: {
    what: 'A file of examples for the final scores, never looked at before. It takes the place of `split.test`: what that share would take from `dataset` is learned from instead.',
    first: 'leave it out: `split` takes a part of `dataset`.',
    production:
      'the file that **SFT: Split Dataset** or `sft split` wrote, or a fixed set that no training ever sees, so that scores of all runs compare.',
    sides: ['Examples of dataset in it', 'Few examples'],
    high: 'the scores flatter: examples that stand in both are listed.',
    low: 'with 20 examples the scores swing widely; 100 and more tell something.',
  },
  columns: {
    what: 'What your data call the parts of an example, where it is not `question` and `answer`: `{ "question": "Prompt", "answer": "Reply" }`, and `system`, `context` or `messages` likewise. The files stay as they are. `category` names the field that examples are grouped by in the report, in splits and in scores; without it that is `agency`.',
    first: 'leave it out where the names are ours; the editor offers to write it where they are not.',
    production: 'the same for all files of the data.',
    sides: ['A wrong field', 'Left out'],
    high: 'the model learns to write something else than the answer.',
    low: 'fields of other names are not found, and every example is an error.',
  },
  shuffle: {
    what: 'Whether the training examples are taken in a new random order in every epoch. The order depends on `seed` alone, so that a run can be repeated.',
    first: '`true`.',
    production:
      '`true`. `false` only where the order of the file is meant, such as easy before hard, or to compare with another program example by example.',
    sides: ['On', 'Off'],
    high: 'every update sees a mix of subjects, and the loss falls evenly.',
    low: 'a file sorted by subject pulls the model to one subject after another, and the last one stays strongest.',
  },
  seed: {
    what: 'The number all chance comes from: the first values of the adapter, the order of examples, dropout. Same seed, same data, same machine: same result. Its size has no meaning.',
    first: 'leave it as it is, so that only what you change makes a difference.',
    production: 'run two or three seeds before you believe a small gain: luck alone moves the scores a little.',
    sides: ['Changed often', 'Never changed'],
    high: 'you cannot tell whether a new setting helped or the luck of the draw.',
    low: 'one lucky draw may look like a good setting.',
  },
  split: {
    what: 'Divides the data in three: `train` is learned from, `validation` watches the training, `test` is kept for the final scores. The shares add up to 1. Equal questions and near-duplicates stay on one side.',
    first: '0.8, 0.1 and 0.1.',
    production: 'the same; with 10,000 examples and more, 0.9, 0.05 and 0.05 leave enough to measure on.',
    sides: ['More train', 'Less train'],
    high: 'more to learn from, but scores measured on a handful of examples say little.',
    low: 'trustworthy scores for a model that has learned less than it could.',
  },
  'split.train': {
    what: 'The share of the examples that the model learns from. Only these move its weights; everything else is for looking.',
    first: '0.8.',
    production:
      '0.8 to 0.9; the larger the set, the larger the share can be, since the other two parts then hold enough examples anyway.',
    high: 'at 1 nothing is left to measure with: you cannot see whether the model understands or recites.',
    low: 'good examples lie unused, and a small set becomes too small to learn from.',
  },
  'split.validation': {
    what: 'The share used to watch the training. Every `eval_steps` updates the loss is measured on it, without learning from it. When it rises while the training loss still falls, the model has begun to recite.',
    first: '0.1.',
    production: '0.05 to 0.1, at least 50 examples or so.',
    high: 'less to learn from, and every measurement takes longer.',
    low: 'the curve jumps about from chance; at 0 there is no curve, and early stopping cannot work.',
  },
  'split.test': {
    what: 'The share that is never looked at until the end. `sft evaluate` compares the answers of the model before and after training on it (ROUGE). It stays honest only while you choose no settings by it.',
    first: '0.1.',
    production: '0.05 to 0.1, at least 100 examples where you can.',
    high: 'exact scores, and fewer examples to learn from.',
    low: 'with 20 examples the scores swing widely; at 0 there is no fair measure at all.',
  },
  'split.seed': {
    what: 'Chooses which examples go to which part. With the same data, shares and number the division is the same on every machine. Its size has no meaning.',
    first: '42, the default.',
    production:
      'never change it between runs you want to compare: scores are comparable only on the same test examples.',
    sides: ['Changed', 'Kept'],
    high: 'questions from the old test part move into training, so that an adapter trained on and marked again looks better than it is.',
    low: 'comparisons stay fair from run to run.',
  },
  'split.near_duplicate_threshold': {
    what: 'Examples that share at least this much of their word pairs (question and answer) stay in one part, and so do those linked through them. A question reworded by one word would otherwise be learned from and asked in the test. Chains of more than half of the largest part are spread, and you are told.',
    first: '0.8, the default.',
    production: '0.8; 0.6 for data written from templates or paraphrased by a machine.',
    high: 'only texts that are nearly the same stay together: others leak, and the scores flatter.',
    low: 'unlike examples are held together by a few common phrases, and the parts cover less of the subject. `null` keeps only the same questions together.',
  },
  packing: {
    what: 'Puts several short examples into one row of `max_seq_length` tokens, so that no room is filled with padding. Here batches hold no padding in the first place: `true` is accepted and changes nothing.',
    first: '`false`.',
    production: 'either is the same here. Elsewhere `true` speeds up sets of short examples several times.',
    sides: ['On', 'Off'],
    high: 'elsewhere, fewer and fuller rows: more examples per update than the batch size says.',
    low: 'elsewhere, rows padded to the longest example of the batch.',
  },
} as const satisfies Record<string, Teaching>;
