import * as vscode from 'vscode';
import { SftError } from '../../base/errors';
import { hubCacheFolder, parseHubModel, type HubModel } from '../../base/hub-cache';
import { sizeText } from '../../base/size-text';
import { hubAccess, type HubAccess } from '../../hub/access';
import { cachedModels } from '../../hub/cached-models';
import { planPull, pull, type PullPlan } from '../../hub/pull';
import { searchModels } from '../../hub/search';
import { fitText, toGetText } from '../../runs/fit/fit-text';
import { errorText } from '../error-text';
import type { Services } from '../services';
import { fittingModels } from './fitting-models';
import { askHubToken, hubToken } from './hub-token';

/** The choice in lists of models that leads to `getModel`. */
export const GET_MODEL = '$(cloud-download) Get one from the Hugging Face Hub…';
const MOST_FOUND = 30;
const DOWNLOAD = 'Download';

/**
 * `SFT: Get a Model…`: from a short list that says what fits this machine, by name, or by a search on the Hub, into the cache that Hugging Face's tools share. Nothing is
 * downloaded before it was agreed to.
 * @param dataset the file to learn from, where it is known: what fits depends on it
 * @param named the model, where it is known
 * @returns the name that stands for its folder; undefined where none was got
 */
export async function getModel(
  services: Services,
  dataset?: string,
  named?: HubModel,
): Promise<{ repo: string; folder: string } | undefined> {
  const model = named ?? (await chooseModel(services, dataset));
  if (model === undefined) return undefined;
  for (;;) {
    try {
      return await fetchModel(services, model);
    } catch (error) {
      if (!(await solve(services, error, model))) return undefined;
    }
  }
}

/** The environment's access, with the token that the person gave here. */
async function accessOf(services: Services): Promise<HubAccess> {
  const token = await hubToken(services);
  return hubAccess(token === undefined ? {} : { token });
}

async function chooseModel(services: Services, dataset: string | undefined): Promise<HubModel | undefined> {
  const { dialogs } = services;
  let fitting: Awaited<ReturnType<typeof fittingModels>>;
  try {
    fitting = await progress('Checking which models fit this machine', (signal) =>
      fittingModels(services, dataset, signal),
    );
  } catch (error) {
    void dialogs.error(errorText(error));
    return undefined;
  }
  if (fitting === undefined) return undefined;
  const search = { label: '$(search) Another one: its name, or words to search for…' };
  const cached = await cachedModels(hubCacheFolder());
  const short = fitting.map((model) => ({
    label: model.repo,
    description: fitText(model),
    detail: `${toGetText(model, cached)}, ${model.licence}: ${model.detail}`,
  }));
  const chosen = await dialogs.pick(
    [...short, search],
    'The model to download; memory and time are for a first run of 60 steps',
  );
  if (chosen === undefined) return undefined;
  if (chosen !== search) return parseHubModel(chosen.label);
  const text = await dialogs.text({
    prompt: 'The name of a model (owner/name), or words to search for on the Hugging Face Hub',
    placeHolder: 'smollm2 instruct',
    ignoreFocusOut: true,
  });
  if (text === undefined || text.trim() === '') return undefined;
  return parseHubModel(text.trim()) ?? (await searchHub(services, text.trim()));
}

async function searchHub(services: Services, query: string): Promise<HubModel | undefined> {
  const access = await accessOf(services);
  let found;
  try {
    found = await progress('Searching the Hugging Face Hub', (signal) =>
      searchModels(access, query, MOST_FOUND, signal),
    );
  } catch (error) {
    if (!isCancelled(error)) void services.dialogs.error(errorText(error));
    return undefined;
  }
  if (found.length === 0) {
    void services.dialogs.info(`No model with safetensors was found for "${query}".`);
    return undefined;
  }
  const items = found.map(({ repo, parameters, licence, gated }) => {
    const size = parameters === undefined ? 'size not stated' : `${sizeText(2 * parameters)} in 16 bits`;
    return { label: repo, detail: `${size}, licence ${licence ?? 'not stated'}${gated ? ', terms to accept' : ''}` };
  });
  const chosen = await services.dialogs.pick(items, 'The model to download');
  return chosen === undefined ? undefined : parseHubModel(chosen.label);
}

/** @throws SftError what planPull and pull throw */
async function fetchModel(services: Services, model: HubModel): Promise<{ repo: string; folder: string } | undefined> {
  const { dialogs } = services;
  const access = await accessOf(services);
  const plan = await progress(`Looking at ${model.repo}`, (signal) => planPull(access, model, signal));
  if (plan.toFetch > 0 && (await dialogs.confirm(question(plan), details(plan), DOWNLOAD)) !== DOWNLOAD)
    return undefined;
  const folder = await progress(`Getting ${model.repo}`, (signal, report) => {
    let shown = 0;
    return pull(access, plan, {
      signal,
      onProgress: (bytes, total) => {
        const percent = total === 0 ? 100 : Math.floor((100 * bytes) / total);
        if (percent === shown) return;
        report({ increment: percent - shown, message: `${sizeText(bytes)} of ${sizeText(total)}` });
        shown = percent;
      },
    });
  });
  return { repo: model.repo, folder };
}

function question({ repo, toFetch }: PullPlan): string {
  return `Download ${repo} (${sizeText(toFetch)})?`;
}

function details({ licence, gated, size, toFetch, folder }: PullPlan): string {
  const rest = toFetch === size ? [] : [`The rest of its ${sizeText(size)} is already downloaded.`];
  const terms = `Licence: ${licence ?? 'not stated'}${gated ? ', with terms to accept on its page' : ''}.`;
  return [...rest, terms, `It is stored in the cache that Hugging Face tools share: ${folder}`].join('\n');
}

/** Leads out of what a person can solve. @returns whether to try again */
async function solve(services: Services, error: unknown, { repo }: HubModel): Promise<boolean> {
  if (isCancelled(error)) return false;
  const { dialogs } = services;
  const code = error instanceof SftError ? error.code : undefined;
  if (code !== 'hub-gated' && code !== 'hub-token' && code !== 'hub-not-found') {
    void dialogs.error(errorText(error));
    return false;
  }
  const [page, token] = ['Open Its Page', 'Enter Token…'];
  const chosen = await dialogs.error(errorText(error), page, token);
  if (chosen === page) {
    const { endpoint } = hubAccess();
    await vscode.env.openExternal(vscode.Uri.parse(`${endpoint}/${repo}`, true));
    return false;
  }
  if (chosen !== token) return false;
  return askHubToken(services, 'read');
}

async function progress<T>(
  title: string,
  work: (signal: AbortSignal, report: (step: { increment: number; message: string }) => void) => Promise<T>,
): Promise<T> {
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  return vscode.window.withProgress(options, async (shown, token) => {
    const stop = new AbortController();
    const cancel = token.onCancellationRequested(() => {
      stop.abort();
    });
    try {
      return await work(stop.signal, (step) => {
        shown.report(step);
      });
    } finally {
      cancel.dispose();
    }
  });
}

function isCancelled(error: unknown): boolean {
  return error instanceof Error && error.name === 'AbortError';
}
