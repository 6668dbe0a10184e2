import { createInterface } from 'node:readline/promises';
import { countOf } from '../base/count-of';
import { SftError } from '../base/errors';
import { cachedSnapshot, parseHubModel } from '../base/hub-cache';
import { hubAccess } from '../hub/access';
import { fetchThroughProxy } from '../hub/proxy';
import { planPull, pull, type PullPlan } from '../hub/pull';
import { giveUpOnSignal } from './interrupt';
import { onlyPositional } from './option-values';
import { bytesShown } from './shares';
import { sizeText } from '../base/size-text';
import type { Terminal, Verb } from './verb';

export const pullVerb: Verb = {
  name: 'pull',
  summary: 'download a model from the Hugging Face Hub',
  usage: 'sft pull REPO[@REVISION] [--yes]',
  options: {
    yes: { type: 'boolean', help: 'do not ask before downloading' },
  },
  teach: `A base model is a folder: the shape of the network (config.json), its weights (safetensors), and the tokenizer with the
chat template. REPO is its name on the Hub, such as HuggingFaceTB/SmolLM2-135M-Instruct. The files go to the cache that all tools of
Hugging Face share (HF_HOME, HF_HUB_CACHE), so what one of them has downloaded is not downloaded again. Weights are taken as safetensors
only, which cannot run code; each file is checked against its hash. An interrupted download continues where it stopped.

Then use the name as "model_name" in sft.config.json, or with --model: it is found in the cache.

Some models can be downloaded only after you accept their terms: accept them on the model's page, and set HF_TOKEN to a token of your account.

  sft pull HuggingFaceTB/SmolLM2-135M-Instruct`,
  async run({ positionals, options, json, terminal }) {
    const name = onlyPositional(positionals, 'REPO');
    const model = parseHubModel(name);
    if (model === undefined) {
      throw new SftError('usage', `${name} is not a model name on the Hub`, {
        remedy: 'write owner/name, as in HuggingFaceTB/SmolLM2-135M-Instruct',
        exitCode: 2,
      });
    }
    const access = hubAccess({ fetch: await fetchThroughProxy() });
    if (isOffline()) {
      const cached = cachedSnapshot(model, access.cache);
      if (cached !== undefined) return end(terminal, json, name, cached, 0);
      throw new SftError(
        'hub-offline',
        `${name} is not in the cache, and HF_HUB_OFFLINE forbids opening a connection`,
        {
          remedy: 'unset HF_HUB_OFFLINE',
        },
      );
    }
    const plan = await planPull(access, model);
    if (plan.toFetch > 0) {
      terminal.log(summary(plan));
      if (options['yes'] !== true && !(await agreed(terminal))) {
        terminal.log('nothing was downloaded');
        return 1;
      }
    }
    const stop = giveUpOnSignal('run the command again: it continues where it stopped');
    try {
      const folder = await pull(access, plan, { signal: stop.signal, onProgress: bytesShown(terminal) });
      terminal.status?.('');
      return end(terminal, json, name, folder, plan.toFetch);
    } finally {
      stop.end();
    }
  },
};

function end(terminal: Terminal, json: boolean, name: string, folder: string, downloaded: number): 0 {
  if (json) terminal.out(JSON.stringify({ model: name, folder, downloaded_bytes: downloaded }));
  else terminal.out(folder);
  if (downloaded === 0) terminal.log(`${name} is in the cache already`);
  return 0;
}

function isOffline(): boolean {
  return /^(?:1|on|yes|true)$/i.test(process.env['HF_HUB_OFFLINE'] ?? '');
}

function summary({ repo, commit, licence, gated, size, toFetch, missing }: PullPlan): string {
  const rest = toFetch === size ? '' : ` of ${sizeText(size)}`;
  const terms = `licence ${licence ?? 'not stated'}${gated ? ', with terms that you accepted' : ''}`;
  return `${repo} at ${commit.slice(0, 7)}: ${sizeText(toFetch)}${rest} to download in ${countOf(missing.length, 'file')}, ${terms}`;
}

/** Where nobody can be asked, whoever wrote the command has decided. */
async function agreed(terminal: Terminal): Promise<boolean> {
  if (!terminal.interactive || !process.stdin.isTTY) return true;
  const asked = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return !/^n/i.test((await asked.question('Download it? [Y/n] ')).trim());
  } finally {
    asked.close();
  }
}
