import type { Teaching } from './teaching';

export const UPDATE_TEACHING = {
  max_steps: {
    what: 'Stops after this many updates of the weights. One update sees `per_device_batch_size` x `gradient_accumulation_steps` examples. If it is given, `num_train_epochs` is not used.',
    first: '60 to 200, enough to see the loss fall and to try the result.',
    production: '500 to 5,000: one to three times the number of examples, divided by the examples per update.',
    high: 'the model sees the training data again and again until it recites it.',
    low: 'ten updates teach almost nothing, and part of the data may never be seen.',
  },
  num_train_epochs: {
    what: 'How often the run goes through all training examples. It sets the number of updates if `max_steps` is not given, so that it grows with your data.',
    first: '1 to see that everything works, 3 for a small dataset.',
    production: '1 to 3; watch the validation loss and stop at its lowest point.',
    high: 'from about 5 on, small datasets are memorised: the training loss nears 0 while the validation loss climbs.',
    low: 'below 1 part of your examples is never seen.',
  },
  per_device_batch_size: {
    what: 'How many examples are processed at the same time. Memory grows almost in proportion. What counts for learning is this number times `gradient_accumulation_steps`.',
    first: '2, or 1 where memory is short.',
    production: '4 to 8, with fewer accumulation steps to match.',
    high: 'out of memory. If it fits: more stable but fewer updates per epoch.',
    low: 'only speed is lost, as long as accumulation makes up for it; a product of 1 or 2 makes the loss jump about.',
  },
  gradient_accumulation_steps: {
    what: 'How many batches are added up before one update of the weights. A batch of 2 with 4 accumulated learns like a batch of 8, in the memory of 2.',
    first: '4, with a batch size of 2.',
    production: 'a value that makes the product 8 to 32.',
    high: 'updates become rare: after one epoch of a small dataset the model has been updated only a few times. Warm-up and `max_steps` count updates, so runs take longer.',
    low: 'each update follows a few examples only, and the loss is noisy.',
  },
  learning_rate: {
    what: 'How big a step each update takes towards a lower loss. This is the most important setting.',
    first: '2e-4 for LoRA, 2e-5 for full fine-tuning.',
    production:
      'try 1e-4, 2e-4 and 5e-4 in short runs and keep the one with the lowest validation loss; 5e-5 for long runs.',
    high: 'steps overshoot: the loss rises, swings or becomes NaN, and answers become nonsense. At 0.1 that happens at once.',
    low: 'the loss hardly moves, and the model answers as before.',
  },
  lr_scheduler_type: {
    what: 'What happens to the learning rate after the warm-up. `linear` falls in a straight line to 0, `cosine` in a half wave (slowly, then fast, then slowly), `constant` stays.',
    first: '`linear`.',
    production:
      '`linear` or `cosine`; the difference is small. `constant` when you do not know yet how long you will train.',
    sides: ['Stays high', 'Falls early'],
    high: '`constant` keeps changing the weights strongly to the end, so that they do not settle.',
    low: 'a falling rate fits the planned length of a run: if you stop halfway, the fine steps at the end are missing.',
  },
  warmup_steps: {
    what: 'In this many updates the learning rate rises from 0 to its full value. At the start the averages inside AdamW are still guesses, and large steps based on guesses do harm.',
    first: '5 to 10, about 10% of a short run.',
    production: '100 to 500, 5 to 10% of all updates.',
    high: 'much of the run has a rate too small to learn from; with more than `max_steps` the full rate is never reached.',
    low: 'the loss may jump in the first updates, and the model may lose part of what it knew.',
  },
  warmup_ratio: {
    what: 'The warm-up as a share of all updates, rounded up. It is used if `warmup_steps` is 0 or left out, and scales with the length of the run.',
    first: '0.1 instead of `warmup_steps`, or leave it at 0.',
    production: '0.05 to 0.1.',
    high: 'at a third, hardly anything is learned in the first third of the run.',
    low: 'at 0, with no `warmup_steps`, the first update already takes the full step and may make the loss jump up.',
  },
  weight_decay: {
    what: 'Shrinks every trained weight by a tiny share in each update, the learning rate times this. It keeps the model from relying on a few very large weights, and so from memorising.',
    first: '0.01.',
    production: '0 to 0.1; 0.01 is seldom wrong.',
    high: 'weights shrink faster than they learn, and the training loss stays high.',
    low: 'at 0 nothing breaks; on small sets the model may recite a little sooner.',
  },
  optim: {
    what: 'The rule that turns gradients into updates. `adamw` keeps two running averages for every trained weight. `adamw_8bit` holds the same averages in 8 bits, each block of 256 with its own scale, as bitsandbytes does; tensors of fewer than 4,096 weights keep exact averages.',
    first: '`adamw`.',
    production:
      '`adamw` with LoRA: few weights are trained, and their averages need little memory. `adamw_8bit` for full training where memory is short.',
    sides: ['adamw', 'adamw_8bit'],
    high: 'exact averages, eight bytes for each trained weight: a lot only in full fine-tuning.',
    low: 'a quarter of that, with rounding that seldom shows in the loss.',
  },
  adam_beta1: {
    what: 'How slowly AdamW forgets the direction of past gradients. At 0.9 it follows an average over roughly the last ten updates, which smooths out unusual batches.',
    first: '0.9.',
    production: '0.9. This is one of the last settings worth changing.',
    high: 'at 0.99 the direction lags about a hundred updates behind and overshoots.',
    low: 'at 0.5 and below every noisy batch is followed, and the loss zigzags.',
  },
  adam_beta2: {
    what: 'How slowly AdamW forgets the size of past gradients. Each weight takes smaller steps where gradients have been large. At 0.999 it looks back about a thousand updates.',
    first: '0.999.',
    production: '0.999, or 0.95 to 0.99 where rare, large gradients make the loss jump in long runs.',
    high: 'above 0.999 old sizes count for too long, and step sizes no longer suit the present gradients.',
    low: 'at 0.9 step sizes change with every batch, and training becomes unstable.',
  },
  adam_epsilon: {
    what: 'A tiny number added where AdamW divides by the size of past gradients, so that it never divides by zero. It should be too small to matter.',
    first: '1e-8.',
    production: '1e-8. Larger ones belong to 16-bit arithmetic, which cannot hold such small numbers.',
    high: 'at 1e-3 and above it hides small gradients: weights with small gradients, often those of a new adapter, stop learning.',
    low: 'below 1e-12 or so, weights with almost no gradient can take wild steps.',
  },
  max_grad_norm: {
    what: 'A limit for the length of the gradient over all trained weights. A longer one is shortened to it and keeps its direction, so that one unusual batch cannot upset training.',
    first: '1.',
    production:
      '1; 0.3 to 0.5 where the log shows spikes in `grad_norm` followed by spikes in the loss. 0 turns the limit off.',
    high: 'no limit in practice: a broken example can undo hundreds of updates.',
    low: 'every update is shortened, which acts like a smaller learning rate.',
  },
} as const satisfies Record<string, Teaching>;
