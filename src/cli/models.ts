import { availableMemory } from '../base/free-memory';
import { sizeText } from '../base/size-text';
import { hubAccess } from '../hub/access';
import { cachedModels, type CachedModel } from '../hub/cached-models';
import { fetchThroughProxy } from '../hub/proxy';
import { searchModels, type FoundModel } from '../hub/search';
import { usageError } from './parse';
import type { Terminal, Verb } from './verb';

const MOST_FOUND = 20;
/** Of bf16 and fp16, in which models are published. */
const BYTES_PER_WEIGHT = 2;

export const modelsVerb: Verb = {
  name: 'models',
  summary: 'list the models that are here, or look for some on the Hugging Face Hub',
  usage: 'sft models [QUERY] [--json]',
  options: {},
  teach: `Without QUERY: the models in the cache that the tools of Hugging Face share; nothing is asked of anybody. Their names can be written as
"model_name" in sft.config.json. With QUERY: models on the Hub whose names hold it, most used first, with the size of their weights in 16
bits, beside the memory that is free here: weights must fit, and training needs some more (sft estimate says how much).

  sft models
  sft models smollm2`,
  async run({ positionals, json, terminal }) {
    const [query, ...more] = positionals;
    if (more.length > 0) throw usageError('models takes one QUERY', 'write what the name should hold as one word');
    if (query === undefined) return list(await cachedModels(hubAccess().cache), json, terminal);
    const access = hubAccess({ fetch: await fetchThroughProxy() });
    return found(await searchModels(access, query, MOST_FOUND), await availableMemory(), json, terminal);
  },
};

function list(models: readonly CachedModel[], json: boolean, terminal: Terminal): 0 {
  if (json) terminal.out(JSON.stringify(models));
  else if (models.length === 0)
    terminal.out('no model is in the cache yet: sft models QUERY looks for some, sft pull REPO gets one');
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
