import { availableMemory } from '../base/free-memory';
import { sizeText } from '../base/size-text';
import { hubAccess } from '../hub/access';
import { cachedModels, type CachedModel } from '../hub/cached-models';
import { fetchThroughProxy } from '../hub/proxy';
import { searchModels, type FoundModel } from '../hub/search';
import { fitModels, type FittedModel } from '../runs/fit/fit-models';
import { fitText, toGetText } from '../runs/fit/fit-text';
import { textOption } from './option-values';
import { usageError } from './parse';
import { showProgress } from './progress';
import type { Terminal, Verb } from './verb';

const MOST_FOUND = 20;
/** Of bf16 and fp16, in which models are published. */
const BYTES_PER_WEIGHT = 2;

export const modelsVerb: Verb = {
  name: 'models',
  summary: 'list downloaded models, or search the Hugging Face Hub',
  usage: 'sft models [QUERY | --fits [--data FILE]] [--json]',
  options: {
    fits: {
      type: 'boolean',
      help: 'models to start with, whether training them fits this machine, and how long it takes; opens no connection',
    },
    data: { type: 'string', value: 'FILE', help: 'with --fits: your questions and answers' },
  },
  teach: `Without QUERY: the models in the cache that Hugging Face tools share; no connection is opened. Their names can be used as
"model_name" in sft.config.json. With QUERY: models on the Hub whose names hold it, most used first, with the size of their weights in 16
bits and the memory that is free here: the weights must fit, and training needs some more (sft estimate says how much).

With --fits: a short list of models with the memory that a first run (LoRA) of each needs on your data and the time it takes, estimated from
their shapes and from a few passes that are timed here, before anything is downloaded: fits, fits in 4 bits (load_in_4bit), or too large.

  sft models
  sft models --fits --data faq.json
  sft models smollm2`,
  async run({ positionals, options, json, terminal }) {
    const [query, ...more] = positionals;
    const data = textOption(options, 'data');
    if (options['fits'] === true) {
      if (query !== undefined) throw usageError('--fits cannot be combined with QUERY', 'leave out one of them');
      const free = await availableMemory();
      if (!json) showProgress(terminal, 'measuring how fast this machine trains');
      const models = await fitModels(data, free, { time: true });
      terminal.status?.('');
      return fitting(models, { free, cached: await cachedModels(hubAccess().cache) }, json, terminal);
    }
    if (data !== undefined) throw usageError('--data needs --fits', 'add --fits, or leave it out');
    if (more.length > 0)
      throw usageError('models accepts only one QUERY', 'write the part of the name to search for as one word');
    if (query === undefined) return list(await cachedModels(hubAccess().cache), json, terminal);
    const access = hubAccess({ fetch: await fetchThroughProxy() });
    return found(await searchModels(access, query, MOST_FOUND), await availableMemory(), json, terminal);
  },
};

function fitting(
  models: readonly FittedModel[],
  { free, cached }: { readonly free: number; readonly cached: readonly CachedModel[] },
  json: boolean,
  terminal: Terminal,
): 0 {
  if (json) {
    terminal.out(JSON.stringify(models));
    return 0;
  }
  for (const model of models) {
    const { repo, licence, detail } = model;
    terminal.out(`${repo}  ${fitText(model)}; ${toGetText(model, cached)}; licence ${licence}; ${detail}`);
  }
  terminal.log(`${sizeText(free)} of memory are free here; sft pull REPO downloads a model`);
  return 0;
}

function list(models: readonly CachedModel[], json: boolean, terminal: Terminal): 0 {
  if (json) terminal.out(JSON.stringify(models));
  else if (models.length === 0)
    terminal.out(
      'there is no model in the cache yet: sft models --fits suggests some, sft models QUERY searches for others, sft pull REPO downloads one',
    );
  else for (const { repo, size } of models) terminal.out(`${repo}  ${sizeText(size)}`);
  return 0;
}

function found(models: readonly FoundModel[], free: number, json: boolean, terminal: Terminal): 0 | 1 {
  if (json) terminal.out(JSON.stringify(models));
  else {
    for (const { repo, parameters, gated, licence, downloads } of models) {
      const size = parameters === undefined ? undefined : parameters * BYTES_PER_WEIGHT;
      const parts = [
        size === undefined
          ? 'size not stated'
          : `${sizeText(size)}${size > free ? ', too large for this machine' : ''}`,
        `licence ${licence ?? 'not stated'}${gated ? ', terms to accept' : ''}`,
        ...(downloads === undefined ? [] : [`${downloads.toLocaleString('en')} downloads a month`]),
      ];
      terminal.out(`${repo}  ${parts.join('; ')}`);
    }
    terminal.log(models.length === 0 ? 'nothing was found' : `${sizeText(free)} of memory are free here`);
  }
  return models.length === 0 ? 1 : 0;
}
