import type { Teaching } from './teaching';

export const RUN_TEACHING = {
  output_dir: {
    what: 'The folder in which every run gets a folder of its own, with its log, its checkpoints, the adapter and the marks. The path is relative to this file.',
    first: '`.sft/runs`, beside this file.',
    production:
      'a disk with room: each checkpoint of an adapter takes about three times its size, since the state of AdamW is saved with it.',
    sides: ['Shared folder', 'Own folder'],
    high: 'runs of several projects in one list are easily mistaken for one another.',
    low: 'results lie apart, and comparing across projects means looking in several places.',
  },
  fp16: {
    what: 'Computes in 16-bit floating point: half the memory and often twice the speed on older graphics cards such as the T4. Never together with `bf16`. The processor accepts `true` and computes in 32 bits instead, which is exact and faster there.',
    first: '`false`.',
    production: '`true` on a card that has no bfloat16; on the processor either is the same.',
    sides: ['On', 'Off'],
    high: 'its range is narrow: numbers overflow, and the loss can turn into NaN.',
    low: 'exact and steady, at twice the memory for what is computed.',
  },
  bf16: {
    what: 'Computes in bfloat16: 16 bits with the range of 32-bit numbers and fewer digits. Faster and smaller on cards from the A100 on, and steadier than `fp16`, with which it is never combined. The processor accepts `true` and computes in 32 bits instead, which is exact and faster there.',
    first: '`false`.',
    production: '`true` on a card that has it; on the processor either is the same.',
    sides: ['On', 'Off'],
    high: 'a little rounding, which training hardly notices.',
    low: 'full accuracy at twice the memory for what is computed.',
  },
  gradient_checkpointing: {
    what: 'Keeps only the input of each layer in memory and computes the inside a second time when it is needed for learning. The result is the same.',
    first: '`false`; `true` when memory runs out.',
    production: '`true` for long examples or large models, so that a batch of 2 or 4 fits.',
    sides: ['On', 'Off'],
    high: 'each step takes about a quarter to a third longer.',
    low: 'the fastest way, but the memory for long examples can exceed that of the weights many times over.',
  },
  eval_steps: {
    what: 'Measures the loss on the validation part every this many updates. The two curves together show whether the model learns (both fall) or recites (training falls, validation rises).',
    first: '10 to 20.',
    production: '50 to 200, about ten to twenty measurements in a run. `null` measures only at the end.',
    high: 'the turning point lies between two measurements, and you learn of it too late.',
    low: 'more time goes into measuring than into learning; `eval_examples` limits that.',
  },
  save_steps: {
    what: 'Saves a checkpoint every this many updates. A run that was stopped, or a machine that went down, goes on from the last one as if nothing had happened.',
    first: '20 to 50.',
    production: '100 to 500, so that no more than some ten minutes of work can be lost. `null` saves only at the end.',
    high: 'a crash costs all the work since the last checkpoint; beyond the last update there is none at all.',
    low: 'the disk fills with checkpoints, and saving slows the run.',
  },
  early_stopping_patience: {
    what: 'Ends the run when the validation loss has not improved in this many measurements in a row, and keeps the best state. It needs a validation part and `eval_steps`.',
    first: '`null`, so that you see the whole curve once.',
    production: '3 to 5.',
    high: 'the run goes on long after the model has begun to recite; only time is lost, since the best state is kept.',
    low: 'at 1 a single unlucky measurement ends a run that was still learning.',
  },
  eval_examples: {
    what: 'Measures on at most this many examples of the validation or test part, always the same ones. It saves time where the parts are large.',
    first: '40 to 100.',
    production: '`null`, all of them, at least for the marks you report.',
    high: 'writing an answer for each test example takes a while: on a processor, thousands of them can take hours.',
    low: 'marks from 20 examples swing so widely that two equal models look different.',
  },
  sample_prompts: {
    what: 'Questions that the model answers before the first update and each time the validation loss is measured. The dashboard shows the answers side by side: what the loss means becomes visible in them. `null` asks the first three questions of the validation part, beside whose answers the right ones stand.',
    first: '`null`.',
    production:
      'three to five questions that matter to you, of different kinds; one that your data does not answer shows what the model makes up.',
    sides: ['Many', 'None'],
    high: 'each measurement takes longer by the answers, up to `max_new_tokens` tokens each; at most 16 are written side by side.',
    low: '`[]` asks nothing: until the final evaluation there are only curves.',
  },
  max_new_tokens: {
    what: 'The most tokens an answer may have when the model is evaluated. A model that has learned its answers ends by itself; this is the limit for one that does not.',
    first: '128.',
    production: 'a little above your longest answer in tokens (`sft count`), often 256 to 512.',
    high: 'a model that never ends fills the limit every time, and evaluation becomes slow.',
    low: 'good answers are cut off, and their marks fall for no fault of theirs.',
  },
  rouge_unicode: {
    what: "Which words ROUGE compares. Google's, and so all published scores, know a-z and 0-9 alone: of an answer in Arabic nothing is left, and every score is 0. `true` takes the words of every script, `null` does so where your answers are mostly written in other letters. For English the two are the same.",
    first: '`null`.',
    production: '`null`; `false` to compare with published scores, where your answers are in Latin letters.',
    sides: ['true', 'false'],
    high: "words with accents count whole; scores of such texts are not Google's.",
    low: '"é" ends a word and "Ọ̀nà" becomes "n": scores of other scripts mean nothing.',
  },
} as const satisfies Record<string, Teaching>;
