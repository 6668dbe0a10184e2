import type { Teaching } from './teaching';

export const EMBEDDING_TEACHING = {
  trainable_tokens: {
    what: 'LoRA leaves the rows of the token embeddings as they are. A base model that never saw the tokens of its chat template cannot read or write them then, and its answers never end. `"template"` trains the rows of these tokens along with the adapter, in the embedding and in the head; a list such as `["<|im_end|>"]` those of other tokens.',
    first: '`null`, unless a warning says that tokens of the template were never learned: then `"template"`.',
    production: '`"template"` for base models, `null` for instruct models.',
    sides: ['Many tokens', 'None'],
    high: 'each token is two rows of numbers, which a small dataset can hardly train.',
    low: 'tokens that the base model never learned stay meaningless to it.',
  },
  modules_to_save: {
    what: 'Trains whole vocabulary tables along with the adapter: `embed_tokens`, by which tokens are read, and `lm_head`, by which they are written. The adapter holds a copy of each, as in PEFT. In a model where both are one table there are two from then on, unless `ensure_weight_tying` is set.',
    first: '`null`.',
    production: '`null`; both for a language that the base model hardly knows, with thousands of examples.',
    sides: ['Tables', 'None'],
    high: 'training needs four times the size of a table in fp32, and the adapter is no longer small.',
    low: 'words that are new to the model are learned only through its layers, which is nearly always enough.',
  },
  ensure_weight_tying: {
    what: 'With `modules_to_save`, in a model whose embedding and head are one table (Llama 3.2, SmolLM2, Gemma, small Qwen): trains one shared copy. `false` is the default of PEFT: each named table becomes separate, and the merged model has two.',
    first: '`false`, since nothing is named in `modules_to_save`.',
    production: '`true` wherever `modules_to_save` is used in a tied model: the result stays as small as it was.',
    sides: ['On', 'Off'],
    high: 'embedding and head learn the same rows, as in the training of the base model.',
    low: 'embedding and head drift apart, and a merged model is larger by a table.',
  },
  num_virtual_tokens: {
    what: 'With `training_type` `prompt_tuning`, the number of made-up tokens before every input. Each is a row of numbers like the embedding of a word, and these rows are all that is trained: the model itself stays as it is.',
    first: '20.',
    production: '20 to 50; compare the validation loss, since more is not always better.',
    high: 'every pass reads them, and they shorten the longest possible input; above 100 training is slow and seldom better.',
    low: 'with 1 to 4 the model can learn little more than a tone.',
  },
  prompt_tuning_init: {
    what: 'How the made-up tokens of prompt tuning start. `"text"` takes the embeddings of the words in `prompt_tuning_init_text`, which the model understands from the first step; `"random"` draws every number from the normal distribution, the default of PEFT.',
    first: '`"text"` with one sentence that says what the model should do.',
    production: '`"text"`; try two or three sentences and keep the best.',
    sides: ['text', 'random'],
    high: 'training starts from an instruction and needs few steps; a misleading sentence needs more.',
    low: 'the first answers are nonsense, and many steps at a high learning rate are needed.',
  },
  prompt_tuning_init_text: {
    what: 'The words whose embeddings the made-up tokens start from, with `prompt_tuning_init` `"text"`. They are repeated or cut to `num_virtual_tokens` rows. Training then changes the rows freely, so the text is a start and not an instruction.',
    first: 'one plain sentence that says what the model should do, as you would say it yourself.',
    production: 'a sentence of about `num_virtual_tokens` tokens.',
    sides: ['Too long', 'Too short'],
    high: 'the model never reads the part that does not fit the rows.',
    low: 'one word is repeated over all rows, which then begin alike and learn more slowly.',
  },
  neftune_noise_alpha: {
    what: 'NEFTune: in training, every number of a token embedding is moved at random within `neftune_noise_alpha` / sqrt(tokens x width). The model reads your examples slightly blurred and relies less on their wording. Evaluation and use are without noise.',
    first: '`null`: no noise.',
    production: '5 if answers come out short and stiff; compare answers, not only the loss.',
    high: 'above 15 questions blur into one another and the loss stays high. With noise a common beginning is computed for each example: slower with a long system prompt.',
    low: 'below 1 hardly anything changes.',
  },
} as const satisfies Record<string, Teaching>;
