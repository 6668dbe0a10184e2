import type { JsonSchema } from '../base/json-schema';

/** The tables of the vocabulary, as PEFT names their modules. A tied model has the first one alone, and it is the head as well. */
export const TABLES = ['embed_tokens', 'lm_head'] as const;

/** The keys of sft.config.json on what the model reads: the embeddings of tokens. Under TRL's and PEFT's names. */
export const EMBEDDING_SCHEMA = {
  trainable_tokens: {
    description:
      'Tokens whose rows of the embedding and of the head are trained along with the adapter: "template" for those of the chat template, or a list of tokens or ids. For a base model that never learned its template.',
    type: ['array', 'string', 'null'],
    items: { type: ['string', 'integer'], minLength: 1, minimum: 0, examples: ['<|im_end|>', 2] },
    minItems: 1,
    uniqueItems: true,
    default: null,
    examples: ['template', ['<|im_start|>', '<|im_end|>']],
  },
  modules_to_save: {
    description:
      'Whole vocabulary tables that are trained along with the adapter and saved in it: embed_tokens, which turns tokens into numbers, and lm_head, which turns numbers into tokens. For a new language or many new words; each table has one row per token, so the adapter becomes large.',
    type: ['array', 'null'],
    items: { type: 'string', enum: TABLES },
    minItems: 1,
    uniqueItems: true,
    default: null,
    examples: [null, TABLES, ['lm_head']],
  },
  ensure_weight_tying: {
    description:
      'With modules_to_save, in a model whose embedding and head are one table: train one shared copy. false trains a separate copy for each name, so the model then has two tables, as in PEFT by default.',
    type: 'boolean',
    default: false,
    examples: [false, true],
  },
  num_virtual_tokens: {
    description:
      'With training_type prompt_tuning, how many made-up tokens are put before every input and trained. 8 to 50 are usual; each takes the space of a token.',
    type: 'integer',
    minimum: 1,
    maximum: 4096,
    default: 20,
    examples: [8, 20, 50],
  },
  prompt_tuning_init: {
    description:
      'With training_type prompt_tuning, how the made-up tokens start: at random, or as the embeddings of prompt_tuning_init_text, which learns sooner.',
    type: 'string',
    enum: ['random', 'text'],
    default: 'random',
    examples: ['random'],
  },
  prompt_tuning_init_text: {
    description:
      'With prompt_tuning_init text, the words to start from: an instruction such as you would write in front of each question. It is repeated or cut to num_virtual_tokens.',
    type: ['string', 'null'],
    minLength: 1,
    default: null,
    examples: ['Answer questions about public services, briefly and kindly.'],
  },
  neftune_noise_alpha: {
    description:
      'Adds a little noise to the token embeddings in training (NEFTune), so that short answers are not memorised word by word. 5 is usual; null adds none.',
    type: ['number', 'null'],
    exclusiveMinimum: 0,
    default: null,
    examples: [5, 10],
  },
} as const satisfies Readonly<Record<string, JsonSchema>>;
