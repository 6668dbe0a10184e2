import { readFileSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';

/**
 * The cache that Hugging Face's own tools keep and this program shares with them, so that no model is downloaded twice:
 * `models--org--name/blobs/<hash>` holds the files, `refs/<revision>` the commit of a branch or tag, and `snapshots/<commit>/<file>` is a link
 * to a blob. Source: huggingface_hub, Manage the cache.
 */

/** The variables that Hugging Face's tools look at: where their files stand, which server, which token. */
export interface Environment {
  readonly XDG_CACHE_HOME?: string | undefined;
  readonly HF_HOME?: string | undefined;
  readonly HF_HUB_CACHE?: string | undefined;
  readonly HUGGINGFACE_HUB_CACHE?: string | undefined;
  readonly HF_ENDPOINT?: string | undefined;
  readonly HF_TOKEN?: string | undefined;
  readonly HUGGING_FACE_HUB_TOKEN?: string | undefined;
  readonly HF_TOKEN_PATH?: string | undefined;
}

/** A model on the Hub: `org/name`, and a branch, a tag or a commit of it. */
export interface HubModel {
  readonly repo: string;
  readonly revision: string;
}

const MAIN = 'main';
/** A commit of git. */
export const COMMIT = /^[0-9a-f]{40}$/;

/** The folder that holds Hugging Face's files of this person. */
export function huggingFaceHome(env: Environment = process.env): string {
  const cache = set(env.XDG_CACHE_HOME) ?? path.join(homedir(), '.cache');
  return set(env.HF_HOME) ?? path.join(cache, 'huggingface');
}

/** The folder of the cache; it may not exist yet. */
export function hubCacheFolder(env: Environment = process.env): string {
  return set(env.HF_HUB_CACHE) ?? set(env.HUGGINGFACE_HUB_CACHE) ?? path.join(huggingFaceHome(env), 'hub');
}

/** Empty is not set, as for Hugging Face's tools. */
function set(value: string | undefined): string | undefined {
  return value === undefined || value === '' ? undefined : value;
}

/** `org/name` or `org/name@revision`; undefined for what cannot be such a name. */
export function parseHubModel(text: string): HubModel | undefined {
  const found = /^([\w.-]+\/[\w.-]+)(?:@([\w][\w./-]*))?$/.exec(text);
  if (found === null) return undefined;
  const [, repo = '', revision = MAIN] = found;
  const part = /^\w(?:[\w.-]*\w)?$/;
  const possible =
    repo.split('/').every((name) => part.test(name)) && !/--|\.\./.test(repo) && !revision.includes('..');
  return possible ? { repo, revision } : undefined;
}

/** Where the cache keeps a model: blobs, refs and snapshots. */
export function cachedFolder(repo: string, cache: string): string {
  return path.join(cache, `models--${repo.replaceAll('/', '--')}`);
}

/** The folder of a model that is in the cache; undefined where it is not. */
export function cachedSnapshot({ repo, revision }: HubModel, cache = hubCacheFolder()): string | undefined {
  const folder = cachedFolder(repo, cache);
  const commit = COMMIT.test(revision) ? revision : readRef(path.join(folder, 'refs', revision));
  if (commit === undefined) return undefined;
  const snapshot = path.join(folder, 'snapshots', commit);
  return statSync(snapshot, { throwIfNoEntry: false })?.isDirectory() === true ? snapshot : undefined;
}

function readRef(file: string): string | undefined {
  try {
    const commit = readFileSync(file, 'utf8').trim();
    return COMMIT.test(commit) ? commit : undefined;
  } catch {
    return undefined;
  }
}

/** How a person knows a model: by its name on the Hub where its folder stands in the cache, else by the name of its folder. */
export function modelTitle(modelDir: string): string {
  return hubName(modelDir) ?? path.basename(modelDir);
}

/**
 * The name under which others find a model: `org/name` where its folder stands in the cache (`models--org--name/snapshots/<commit>`),
 * undefined elsewhere.
 */
export function hubName(modelDir: string): string | undefined {
  const [snapshots, cached] = [path.dirname(modelDir), path.dirname(path.dirname(modelDir))];
  if (path.basename(snapshots) !== 'snapshots') return undefined;
  const [kind, ...parts] = path.basename(cached).split('--');
  return kind === 'models' && parts.length > 0 && parts.every((part) => part !== '') ? parts.join('/') : undefined;
}
