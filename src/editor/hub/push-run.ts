import * as vscode from 'vscode';
import { parseHubModel } from '../../base/hub-cache';
import { sizeText } from '../../base/size-text';
import { hubAccess } from '../../hub/access';
import { errorText } from '../error-text';
import { sftCommand } from '../runs/worker-command';
import type { Services } from '../services';
import { exportsUnderWay } from '../use/exports-under-way';
import { chooseGguf } from '../use/forms';
import { plainName } from '../use/plain-name';
import { chooseTarget, type UseTarget } from '../use/use-target';
import { askHubToken, hubToken } from './hub-token';
import { pushInProcess, type PushListing } from './push-process';

const TOKEN = 'Enter Token…';
const OPEN = 'Open Its Page';
const PUSH = 'Push';
/** Of what would be pushed, the files that a question shows. */
const MOST_SHOWN = 12;

/** What is pushed, and where to. */
interface Choice {
  /** `adapter`, as the middle of a sentence. */
  readonly what: string;
  readonly repo: string;
  readonly isPrivate: boolean;
  /** What follows `sft push RUN`. */
  readonly args: readonly string[];
}

/**
 * `SFT: Push to the Hugging Face Hub…`: what a run, or a checkpoint of one, has trained becomes a repository. All files are shown before
 * one is sent.
 */
export async function pushRun(services: Services, argument: unknown): Promise<void> {
  const target = await chooseTarget(services, argument);
  if (target === undefined) return;
  const choice = await choose(services, target);
  if (choice === undefined) return;
  if ((await hubToken(services)) === undefined && hubAccess().token === undefined) {
    if (!(await askHubToken(services, 'write'))) return;
  }
  for (;;) {
    try {
      await push(services, target, choice);
      return;
    } catch (error) {
      if (!(await solve(services, target, error))) return;
    }
  }
}

async function choose(services: Services, target: UseTarget): Promise<Choice | undefined> {
  const { dialogs } = services;
  const form = await chooseForm(services, target);
  if (form === undefined) return undefined;
  const repo = await dialogs.text({
    prompt: 'The repository on the Hub: owner/name, or only a name in your account; it is created if it does not exist',
    value: plainName(target.name, /[^\w.-]+/g),
    validateInput: (text) => (isRepository(text.trim()) ? undefined : 'Letters, digits, dots, dashes and underscores'),
    ignoreFocusOut: true,
  });
  if (repo === undefined || !isRepository(repo.trim())) return undefined;
  const mine = { label: '$(lock) Private', detail: 'Only you can see it, until you change that on its page' };
  const all = { label: '$(globe) Public', detail: 'Everyone can see and download it' };
  const seen = await dialogs.pick([mine, all], 'Who may see the repository, if it is created');
  if (seen === undefined) return undefined;
  const isPrivate = seen === mine;
  const args = [...form.args, '--repo', repo.trim(), '--weights', target.weights, ...(isPrivate ? ['--private'] : [])];
  return { what: form.what, repo: repo.trim(), isPrivate, args };
}

async function chooseForm(
  services: Services,
  target: UseTarget,
): Promise<{ readonly what: string; readonly args: readonly string[] } | undefined> {
  const { training_type: type } = target.run.run.config;
  const adapter = { label: '$(package) Adapter', detail: 'Small; others load it onto the base model with PEFT' };
  const merged = {
    label: '$(folder) Merged Model',
    detail: 'The whole model, for any program that loads the base model',
  };
  const gguf = {
    label: '$(file-binary) GGUF…',
    detail: 'One file for llama.cpp, Ollama, LM Studio and similar programs',
  };
  const items = [...(type === 'full' ? [] : [adapter]), ...(type === 'prompt_tuning' ? [] : [merged, gguf])];
  const chosen = items.length === 1 ? items[0] : await services.dialogs.pick(items, `What to push from ${target.name}`);
  if (chosen === adapter) return { what: 'adapter', args: [] };
  if (chosen === merged) return { what: 'merged model', args: ['--merged'] };
  if (chosen !== gguf) return undefined;
  const form = await chooseGguf(services, target);
  if (form === undefined) return undefined;
  return { what: form.what, args: ['--gguf', ...form.args.slice(form.args.indexOf('--type'))] };
}

function isRepository(text: string): boolean {
  return /^[\w.-]+$/.test(text) || (parseHubModel(text) !== undefined && !text.includes('@'));
}

/** @throws Error with what the command line said */
async function push(
  services: Services,
  { run, name }: UseTarget,
  { what, repo, isPrivate, args }: Choice,
): Promise<void> {
  const { dialogs, context } = services;
  const title = `Pushing the ${what} of ${name}`;
  const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
  const stop = new AbortController();
  const agree = async (listing: PushListing): Promise<boolean> => {
    const bytes = listing.files.reduce((sum, file) => sum + file.bytes, 0);
    const question = `Push ${listing.files.length} files (${sizeText(bytes)}) to ${repo}?`;
    return (await dialogs.confirm(question, detailsOf(listing, isPrivate), PUSH)) === PUSH;
  };
  const token = await hubToken(services);
  exportsUnderWay.add(stop);
  let url: string | undefined;
  try {
    url = await vscode.window.withProgress(options, async (progress, cancelled) => {
      cancelled.onCancellationRequested(() => {
        stop.abort();
      });
      progress.report({ message: 'opening the model' });
      const task = { args: [run.folder.path, ...args], token, agree };
      return pushInProcess(sftCommand(context), task, stop.signal, (message) => {
        progress.report({ message });
      });
    });
  } finally {
    exportsUnderWay.delete(stop);
  }
  if (url === undefined) return;
  const chosen = await dialogs.info(`The ${what} of ${name} is on the Hub: ${url}`, OPEN);
  if (chosen === OPEN) await vscode.env.openExternal(vscode.Uri.parse(url, true));
}

function detailsOf({ files }: PushListing, isPrivate: boolean): string {
  const shown = files.slice(0, MOST_SHOWN).map(({ path, bytes }) => `${path} (${sizeText(bytes)})`);
  const more = files.length - shown.length;
  return [
    ...shown,
    ...(more > 0 ? [`and ${more} more`] : []),
    '',
    isPrivate ? 'If the repository is created, it is private.' : 'If the repository is created, it is public.',
    'Your data and the answers are not among them.',
  ].join('\n');
}

/** @returns whether to try again */
async function solve(services: Services, { name }: UseTarget, error: unknown): Promise<boolean> {
  const { dialogs } = services;
  const reason = errorText(error);
  // The one thing of these that can be put right here.
  const actions = /\btoken\b/.test(reason) ? [TOKEN] : [];
  const chosen = await dialogs.error(`${name} was not pushed: ${reason}`, ...actions);
  return chosen === TOKEN && (await askHubToken(services, 'write'));
}
