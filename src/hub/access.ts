import { readFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { hubCacheFolder, huggingFaceHome, type Environment } from '../base/hub-cache';

/** How the Hub is reached, and where what comes from it is kept. */
export interface HubAccess {
  /** `https://huggingface.co`, without a slash at the end. */
  readonly endpoint: string;
  /** Sent to the endpoint and to nobody else; it stands in no log and no error. */
  readonly token: string | undefined;
  readonly cache: string;
  readonly fetch: typeof fetch;
  /** Waits before something is tried again; rejects when the signal is aborted. */
  wait(milliseconds: number, signal?: AbortSignal): Promise<void>;
}

const HUB = 'https://huggingface.co';

/**
 * What Hugging Face's own tools would use: HF_ENDPOINT, HF_TOKEN or the file that their log-in writes, and their cache.
 * @param given what is known better
 */
export function hubAccess(given: Partial<HubAccess> = {}, env: Environment = process.env): HubAccess {
  const endpoint = (env.HF_ENDPOINT ?? '') === '' ? HUB : env.HF_ENDPOINT!;
  return {
    endpoint: endpoint.replace(/\/+$/, ''),
    token: tokenOf(env),
    cache: hubCacheFolder(env),
    fetch: (...args) => fetch(...args),
    wait: async (milliseconds, signal) => {
      await sleep(milliseconds, undefined, { signal });
    },
    ...given,
  };
}

function tokenOf(env: Environment): string | undefined {
  const written = env.HF_TOKEN ?? env.HUGGING_FACE_HUB_TOKEN;
  if (written !== undefined && written.trim() !== '') return written.trim();
  const file = env.HF_TOKEN_PATH ?? path.join(huggingFaceHome(env), 'token');
  try {
    const text = readFileSync(file, 'utf8').trim();
    return text === '' ? undefined : text;
  } catch {
    return undefined;
  }
}
