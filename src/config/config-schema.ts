import type { FromSchema, JsonSchema } from '../base/json-schema';
import { COLUMNS_SCHEMA } from './columns-schema';
import { EMBEDDING_SCHEMA } from './embedding-schema';
import { LORA_SCHEMA } from './lora-schema';
import { RETENTION_SCHEMA } from './retention-schema';
import { SPLIT_SCHEMA } from './split-schema';
import { SWEEP_SCHEMA } from './sweep-schema';

export { TABLES } from './embedding-schema';
export { FUSED_PARTS, MODULES, PROJECTIONS } from './lora-schema';

/**
 * sft.config.json. The names are the tutorial's in lower case, and TRL's and PEFT's for the rest. The descriptions are what VS Code
 * shows on hover: one or two sentences for someone who has never trained a model. schemas/config.schema.json is generated from here.
 */
export const CONFIG_SCHEMA = {
  $schema: 'http://json-schema.org/draft-07/schema#',
  title: 'SFT Workbench configuration',
  description:
    'How to fine-tune a model on your questions and answers. Only model_name and dataset are required; everything else has a default that suits a first run. Paths are relative to the folder of this file.',
  type: 'object',
  required: ['model_name', 'dataset'],
  additionalProperties: false,
  properties: {
    $schema: {
      description: 'Where an editor finds the schema of this file. Training does not read it.',
      type: ['string', 'null'],
      default: null,
      examples: ['./node_modules/sft-workbench/schemas/config.schema.json'],
    },
    name: {
      description:
        'A short name for your runs, used in the name of the run folder. If left out, the name of the dataset is used.',
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      examples: ['public-services', 'first-try'],
    },
    model_name: {
      description:
        'The model you start from: its folder (config.json, *.safetensors and tokenizer.json), or its name on the Hugging Face Hub after `sft pull NAME`. It already knows the language; training teaches it your answers.',
      type: 'string',
      minLength: 1,
      examples: ['models/SmolLM2-135M-Instruct', 'HuggingFaceTB/SmolLM2-135M-Instruct'],
    },
    dataset: {
      description:
        'Your questions and answers: a JSON array or JSONL file of {"question", "answer"}. Good answers matter more than many: 100 to 500 are enough for a first try, 2,000 and more for real use.',
      type: 'string',
      minLength: 1,
      examples: ['train.json', 'data/faq.jsonl'],
    },
    validation_dataset: {
      description:
        'A separate file for the validation loss, such as `sft split` writes. It replaces split.validation: that share of dataset is trained on as well.',
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      examples: ['validation.json', 'data/validation.jsonl'],
    },
    test_dataset: {
      description:
        'A separate file for the final scores, such as `sft split` writes. It replaces split.test: that share of dataset is trained on as well.',
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      examples: ['test.json', 'data/test.jsonl'],
    },
    columns: COLUMNS_SCHEMA,
    adapter: {
      description:
        'The folder of an adapter to continue from, made by an earlier run. If left out, training starts with a new one. The adapter must belong to the same model.',
      type: ['string', 'null'],
      minLength: 1,
      default: null,
      examples: ['.sft/runs/20260102-101500-faq/adapter'],
    },
    system_prompt: {
      description:
        'An instruction the model sees before every question, in training and in use. If left out, the model sees only what its own chat template adds.',
      type: ['string', 'null'],
      default: null,
      examples: ['You answer questions about public services, briefly and kindly.'],
    },
    train_on: {
      description:
        'Which answers of a conversation are learned: all of them, or only the last. An answer marked weight 0 or train false in the data is never learned.',
      type: 'string',
      enum: ['all', 'last'],
      default: 'all',
      examples: ['all', 'last'],
    },
    enable_thinking: {
      description:
        'Whether the model is asked to think before it answers, in training and in use. auto does so if answers in the data contain thoughts (<think> or reasoning_content).',
      enum: ['auto', true, false],
      default: 'auto',
      examples: ['auto', false],
    },
    output_dir: {
      description: 'The folder in which each run gets its own folder, with its log, checkpoints and result.',
      type: 'string',
      minLength: 1,
      default: '.sft/runs',
      examples: ['.sft/runs'],
    },
    training_type: {
      description:
        'lora trains a small adapter and leaves the model unchanged: little memory, a small result, hard to break. full changes every weight of the model, needs about ten times the memory and far more data. prompt_tuning trains only a few made-up tokens before every input.',
      type: 'string',
      enum: ['lora', 'full', 'prompt_tuning'],
      default: 'lora',
      examples: ['lora'],
    },
    max_seq_length: {
      description:
        'The most tokens (pieces of words, about 3/4 of an English word each) an example may have, question and answer together; longer examples are cut off at the end. Memory grows with it. `sft count` shows what your data needs.',
      type: 'integer',
      minimum: 8,
      maximum: 1048576,
      default: 1024,
      examples: [512, 1024, 2048],
    },
    load_in_4bit: {
      description:
        'Keep the weights of the base model in 4 bits instead of 16 (QLoRA): a quarter of the memory for a very small loss of quality.',
      type: 'boolean',
      default: false,
      examples: [true],
    },
    bnb_4bit_use_double_quant: {
      description:
        'With load_in_4bit, keep the scales of the 4-bit weights in 8 bits too: 4.1 instead of 4.5 bits per weight, with almost no loss.',
      type: 'boolean',
      default: true,
      examples: [true],
    },
    ...LORA_SCHEMA,
    ...EMBEDDING_SCHEMA,
    max_steps: {
      description:
        'Stop after this many updates of the weights. 60 to 200 for a test, 500 to 5,000 for real training. If given, num_train_epochs is not used.',
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      examples: [60, 200, 1000],
    },
    num_train_epochs: {
      description:
        'How often the training goes through all training examples; 1 to 3 is usual. With too many, the model recites your data instead of learning from it. max_steps takes precedence.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 100000,
      default: 3,
      examples: [1, 3],
    },
    per_device_batch_size: {
      description:
        'How many examples are processed at once. A smaller number needs less memory. One update sees per_device_batch_size x gradient_accumulation_steps examples.',
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 2,
      examples: [1, 2, 4],
    },
    gradient_accumulation_steps: {
      description:
        'How many batches are added up before the weights are updated. Doubling it and halving the batch size gives the same training with less memory.',
      type: 'integer',
      minimum: 1,
      maximum: 65536,
      default: 4,
      examples: [1, 4, 8],
    },
    learning_rate: {
      description:
        'How big a step each update takes. 2e-4 suits LoRA. If the loss jumps or rises, use a smaller one (5e-5); if it hardly falls, a larger one (5e-4). For full fine-tuning start at 2e-5.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 2e-4,
      examples: [2e-4, 1e-4, 5e-5],
    },
    lr_scheduler_type: {
      description:
        'What the learning rate does after the warm-up: fall in a straight line to 0 (linear), fall in a half wave, slowly at first (cosine), or stay (constant).',
      type: 'string',
      enum: ['linear', 'cosine', 'constant'],
      default: 'linear',
      examples: ['linear', 'cosine'],
    },
    warmup_steps: {
      description:
        'The number of updates in which the learning rate rises from 0 to its full value, so that the first steps do no harm. 5 to 10 percent of all steps.',
      type: 'integer',
      minimum: 0,
      default: 5,
      examples: [5, 50],
    },
    warmup_ratio: {
      description: 'The warm-up as a share of all steps, used if warmup_steps is 0 or left out.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0,
      examples: [0.05, 0.1],
    },
    weight_decay: {
      description:
        'Pulls weights gently towards 0 in each update, which keeps the model from relying on a few large ones. 0.01 is usual.',
      type: 'number',
      minimum: 0,
      maximum: 1,
      default: 0.01,
      examples: [0, 0.01],
    },
    optim: {
      description:
        'The rule that turns gradients into updates. adamw keeps two running averages per trained weight; adamw_8bit keeps them in 8 bits, in a quarter of the memory.',
      type: 'string',
      enum: ['adamw', 'adamw_8bit'],
      default: 'adamw',
      examples: ['adamw'],
    },
    adam_beta1: {
      description: 'How slowly AdamW forgets past gradients. Keep the default unless you know why not.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.9,
      examples: [0.9],
    },
    adam_beta2: {
      description: 'How slowly AdamW forgets the size of past gradients. Keep the default unless you know why not.',
      type: 'number',
      minimum: 0,
      exclusiveMaximum: 1,
      default: 0.999,
      examples: [0.999, 0.95],
    },
    adam_epsilon: {
      description: 'A tiny number that keeps AdamW from dividing by zero.',
      type: 'number',
      exclusiveMinimum: 0,
      maximum: 1,
      default: 1e-8,
      examples: [1e-8],
    },
    max_grad_norm: {
      description:
        'Gradients longer than this are shortened to it, so that one unusual batch cannot upset training. 0 turns this off.',
      type: 'number',
      minimum: 0,
      default: 1,
      examples: [1, 0.3],
    },
    fp16: {
      description:
        'Compute in 16-bit floats, for older GPUs. Never together with bf16. The processor accepts it and computes in 32 bits.',
      type: 'boolean',
      default: false,
      examples: [false],
    },
    bf16: {
      description:
        'Compute in bfloat16, for GPUs from the A100 on; more stable than fp16. Never together with fp16. Devices without it accept it and compute in 32 bits.',
      type: 'boolean',
      default: false,
      examples: [false],
    },
    packing: {
      description:
        'Put several short examples into one row of max_seq_length tokens. Accepted but without effect: batches have no padding anyway.',
      type: 'boolean',
      default: false,
      examples: [false],
    },
    gradient_checkpointing: {
      description:
        'Compute parts of the forward pass a second time instead of keeping them: less memory, about a quarter slower.',
      type: 'boolean',
      default: false,
      examples: [false],
    },
    shuffle: {
      description:
        'Take the training examples in a new random order in each epoch (the same for the same seed). false keeps the order of the file.',
      type: 'boolean',
      default: true,
      examples: [true],
    },
    seed: {
      description:
        'The source of all randomness: the initial adapter, the order of examples, dropout. The same seed on the same machine gives the same result.',
      type: 'integer',
      minimum: 0,
      maximum: 4294967295,
      default: 3407,
      examples: [3407, 42],
    },
    split: SPLIT_SCHEMA,
    eval_steps: {
      description: 'Measure the validation loss every this many steps. null measures only at the end.',
      type: ['integer', 'null'],
      minimum: 1,
      default: 20,
      examples: [10, 20, 100],
    },
    save_steps: {
      description:
        'Save a checkpoint every this many steps, from which a stopped run can resume. null saves only at the end.',
      type: ['integer', 'null'],
      minimum: 1,
      default: 100,
      examples: [20, 100],
    },
    early_stopping_patience: {
      description:
        'Stop when the validation loss has not improved in this many measurements in a row, and keep the best. null trains to the end.',
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      examples: [3],
    },
    eval_examples: {
      description: 'Measure on at most this many examples of the validation or test part. null uses all of them.',
      type: ['integer', 'null'],
      minimum: 1,
      default: null,
      examples: [40, 100],
    },
    loss_examples: {
      description:
        'Measure the loss of at most this many examples of each part at the end, so that you can look at the worst. null measures all, 0 none.',
      type: ['integer', 'null'],
      minimum: 0,
      default: 1000,
      examples: [0, 1000, 10000],
    },
    sample_prompts: {
      description:
        'Questions that are answered each time the validation loss is measured, so that you see the answers change. null uses three of the validation part, [] none.',
      type: ['array', 'null'],
      items: { type: 'string', minLength: 1, examples: ['How do I renew my passport?'] },
      default: null,
      examples: [['How do I renew my passport?'], []],
    },
    max_new_tokens: {
      description: 'The most tokens an answer may have when the model is evaluated.',
      type: 'integer',
      minimum: 1,
      maximum: 1048576,
      default: 128,
      examples: [64, 128, 256],
    },
    ...RETENTION_SCHEMA,
    sweep: SWEEP_SCHEMA,
    rouge_unicode: {
      description:
        'Which words ROUGE compares: true for words of every script, false for only a-z and 0-9, as Google does. null compares words of every script if your answers need it.',
      type: ['boolean', 'null'],
      default: null,
      examples: [null, true, false],
    },
    engine: {
      description:
        'Who runs the training: builtin, in SFT Workbench itself, or accelerate, PyTorch and PEFT in your own Python, for NVIDIA GPUs. Everything else stays the same.',
      type: 'string',
      enum: ['builtin', 'accelerate'],
      default: 'builtin',
      examples: ['builtin', 'accelerate'],
    },
    device: {
      description: 'The device that computes. auto uses the fastest one available and says which.',
      type: 'string',
      enum: ['auto', 'cpu', 'cuda', 'webgpu', 'tfjs'],
      default: 'auto',
      examples: ['auto', 'cpu'],
    },
    threads: {
      description: 'How many processor threads to use. null uses all cores.',
      type: ['integer', 'null'],
      minimum: 1,
      maximum: 1024,
      default: null,
      examples: [2, 8],
    },
  },
} as const satisfies JsonSchema;

type Properties = (typeof CONFIG_SCHEMA)['properties'];
type SplitProperties = Properties['split']['properties'];

/** The configuration as a person writes it. */
export type Config = FromSchema<typeof CONFIG_SCHEMA>;

/**
 * The configuration with every key present: defaults filled in, `null` where nothing is chosen, paths absolute, `name` always given.
 * The names are those of the file.
 */
export type ResolvedConfig = {
  readonly [K in Exclude<keyof Properties, '$schema' | 'name' | 'split'>]: FromSchema<Properties[K]>;
} & {
  readonly name: string;
  readonly split: { readonly [K in keyof SplitProperties]: FromSchema<SplitProperties[K]> };
};
