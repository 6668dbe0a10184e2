import type { Teaching } from './teaching';

export const LORA_TEACHING = {
  training_type: {
    what: 'Which weights learn. `lora` freezes the model and trains two thin matrices beside each big one, often under 1% of all weights. `full` changes every weight, `prompt_tuning` only a few made-up tokens.',
    first: '`lora`. It is quicker, needs far less memory, and its result is a small file.',
    production:
      '`lora` for nearly everything; `full` only with a small model or a very large set (100,000 examples and more).',
    sides: ['full', 'lora'],
    high: 'the most freedom, but about ten times the memory, a smaller learning rate (about 2e-5), and knowledge the model had can be wiped out.',
    low: 'on a big set that is far from what the model knows, it may stay slightly behind full training.',
  },
  lora_r: {
    what: 'The rank of the adapter: how many independent directions each adapted matrix can be bent in. Twice the rank is twice the trained weights, so it is the size of what can be learned.',
    first: '8 or 16.',
    production: '32 to 64 with thousands of examples; 8 to 16 remains right for a few hundred.',
    high: 'more memory and time, and with little data the spare room is used to recite examples: the validation loss turns upwards while the training loss falls.',
    low: 'the adapter cannot hold what the data teaches, and the training loss stops falling early.',
  },
  lora_alpha: {
    what: 'The volume knob of the adapter. Its output is multiplied by `lora_alpha / lora_r` before it is added to the output of the frozen model. It acts much like a second learning rate for the adapter.',
    first: 'the same as `lora_r`, which gives a factor of 1.',
    production: 'once or twice `lora_r`; change the learning rate before you change this.',
    high: 'above four times the rank every update is felt strongly: the loss jumps, and answers lose their fluency.',
    low: 'far below the rank the adapter whispers, and the model answers almost as before.',
  },
  lora_dropout: {
    what: 'In every step this share of the inputs of the adapter is blanked out at random. What cannot be relied upon cannot be learned by heart, so the adapter has to find what examples have in common.',
    first: '0.05 for a set of a few hundred examples, 0 to see quickly whether everything works.',
    production: '0 for large sets (training is faster without), 0.05 to 0.1 for small ones.',
    high: 'above 0.2 or so too much is hidden, learning is slow and the result vague.',
    low: 'at 0 a small set is soon recited: training loss falls, validation loss rises.',
  },
  use_rslora: {
    what: 'Divides `lora_alpha` by the square root of `lora_r` instead of by `lora_r` itself. Plain LoRA turns the adapter down as the rank grows; rank-stabilised LoRA keeps large ranks learning.',
    first: '`false`.',
    production: '`true` is worth a try from a rank of 64 on; compare the validation loss of both.',
    sides: ['On', 'Off'],
    high: 'with the same `lora_alpha` the adapter acts several times more strongly (four times at rank 16), so that a learning rate that was right can now make the loss jump.',
    low: 'ranks of 64 and more often learn no better than 16 would.',
  },
  use_dora: {
    what: 'Parts each adapted matrix into directions, which the two thin matrices change, and the lengths of its rows, which are learned on their own (DoRA). That is closer to how all weights would move in full training.',
    first: '`false`.',
    production: '`true` is worth a try at ranks of 4 to 16, where it gains most; compare the validation loss of both.',
    sides: ['On', 'Off'],
    high: 'the activations need nearly twice the memory (`gradient_checkpointing` takes that away), each step takes somewhat longer, with `lora_dropout` half as long again; the merged result is as quick as without it.',
    low: 'plain LoRA: quicker, and at ranks of 32 and more nearly always as good.',
  },
  init_lora_weights: {
    what: 'How the two thin matrices of the adapter start. The second is zero either way, so that the model begins unchanged; the first is drawn at random, evenly from a small range (`true`) or from a bell curve with the deviation 1 / `lora_r` (`"gaussian"`).',
    first: '`true`, the start that nearly everybody uses.',
    production: '`true`. The other start is worth a comparison only when everything else is settled.',
    sides: ['gaussian', 'true'],
    high: 'at small ranks the first matrix is several times larger, so the first updates act more strongly, as a higher learning rate would.',
    low: 'an even, cautious start that suits the learning rates given in this help.',
  },
  loraplus_lr_ratio: {
    what: 'Of the two thin matrices of the adapter the second starts at zero, and needs larger steps than the first to get anywhere. LoRA+ gives it this many times the `learning_rate`. `null` trains both at the same rate.',
    first: '`null`.',
    production:
      '4 to 16 with half the usual `learning_rate` (1e-4), where a comparison shows that the validation loss falls sooner.',
    high: 'the second matrix overshoots: the loss jumps or rises although `learning_rate` itself is small.',
    low: 'at 1 both matrices learn at the same rate, which is plain LoRA.',
  },
  rank_pattern: {
    what: 'Gives single matrices another rank than `lora_r`. Each key is a regular expression for the end of the name of a matrix, such as `down_proj` or `layers.(0|1).mlp.up_proj`, each value its rank; the first key that fits counts.',
    first: '`{}`: the same rank everywhere.',
    production: '`{}`, unless you have measured that some matrices need more, often `down_proj` or the last layers.',
    sides: ['Larger ranks', 'Smaller ranks'],
    high: 'those matrices can learn more, at the price of memory and time; set `alpha_pattern` as well, or they act more weakly than the others.',
    low: 'memory is saved where little is to be learned, and a key that fits nothing changes nothing.',
  },
  alpha_pattern: {
    what: 'Gives single matrices another `lora_alpha`. Keys are regular expressions for the end of a name, as in `rank_pattern`. The adapter of a matrix acts with its own alpha divided by its own rank.',
    first: '`{}`: the same strength everywhere.',
    production: 'wherever `rank_pattern` changes a rank, the value that keeps alpha and rank in proportion.',
    high: 'updates of those matrices are felt strongly: the loss jumps although the learning rate suits all others.',
    low: 'those matrices hardly learn, and the room that their rank gives them is wasted.',
  },
  target_modules: {
    what: 'The matrices of each layer that get an adapter. `q_proj`, `k_proj`, `v_proj` and `o_proj` belong to attention, which decides what words look at; `gate_proj`, `up_proj` and `down_proj` to the feed-forward part, where much of what is known sits. A list, `"all-linear"`, or a regular expression for whole names.',
    first: 'all seven, the default.',
    production: 'all seven. `q_proj` and `v_proj` alone where memory is short.',
    sides: ['More', 'Fewer'],
    high: 'more trained weights: each step takes longer and needs more memory, and small sets are learned by heart sooner.',
    low: 'style and form are still picked up, but new facts stick poorly without the feed-forward part.',
  },
} as const satisfies Record<string, Teaching>;
