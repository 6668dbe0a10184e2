import { SftError } from '../base/errors';
import type { HubAccess } from './access';

/** After so many tries in a row that brought nothing it is given up. */
const MOST_TRIES = 6;
/** A server that says nothing for so long has forgotten us. */
export const SILENCE_MS = 30_000;
const LONGEST_WAIT_MS = 5 * 60_000;

export interface RequestOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
  /** Of what an error is told: a repository, or a service of the Hub. */
  readonly what: string;
  /** Whether it is a service, which other servers than the Hub's own may lack. */
  readonly isService?: boolean;
  /** What is sent, as JSON unless the headers say otherwise; the request is a POST then. */
  readonly body?: string;
  /** Statuses that are an answer too. */
  readonly accepts?: readonly number[];
}

/** A fault that may be gone when it is tried again. */
export class Passing extends Error {
  constructor(
    reason: string,
    /** What the server asked us to wait, ms. */
    readonly after: number | undefined,
    options?: ErrorOptions,
  ) {
    super(reason, options);
  }
}

/**
 * One request to the Hub, which answers with 2xx.
 * @param path below the endpoint, beginning with a slash
 * @throws Passing for what may be tried again (no connection, 429, 5xx); SftError for the rest
 */
export async function request(access: HubAccess, path: string, options: RequestOptions): Promise<Response> {
  const { endpoint, token } = access;
  const { signal, what, isService = false, body } = options;
  const headers = {
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...options.headers,
  };
  const sent = { headers, ...(body === undefined ? {} : { method: 'POST', body }) };
  let response: Response;
  try {
    // On a redirect to another host fetch leaves the token out (Fetch standard, HTTP-redirect fetch).
    response = await access.fetch(`${endpoint}${path}`, { ...sent, ...(signal === undefined ? {} : { signal }) });
  } catch (error) {
    signal?.throwIfAborted();
    throw new Passing(reasonOf(error), undefined, { cause: error });
  }
  if (response.ok || options.accepts?.includes(response.status) === true) return response;
  await response.body?.cancel();
  if (response.status === 429 || response.status >= 500) {
    throw new Passing(`it answered ${response.status}`, retryAfter(response.headers.get('retry-after')));
  }
  if (isService) throw serviceRefused(access, response, what);
  throw body === undefined ? refusal(access, response, what) : writingRefused(access, response, what);
}

/**
 * Does something again while it fails in passing, waiting longer each time, or as long as the server says.
 * @param attempt is given the number of tries since something came; it says by its return that all is done
 * @throws SftError hub-unreachable
 */
export async function persist<T>(
  access: HubAccess,
  signal: AbortSignal | undefined,
  attempt: (progressed: () => void) => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt(() => {
        tries = 0;
      });
    } catch (error) {
      signal?.throwIfAborted();
      if (!(error instanceof Passing)) throw error;
      if (tries >= MOST_TRIES) throw unreachable(access, error);
      await access.wait(Math.min(LONGEST_WAIT_MS, error.after ?? 500 * 2 ** Math.max(0, tries)), signal);
    }
  }
}

/** The JSON that a path of the API answers with. @throws SftError hub-unreachable, hub-answer and what request throws */
export async function requestJson(access: HubAccess, path: string, options: RequestOptions): Promise<unknown> {
  return persist(access, options.signal, async () => {
    const response = await request(access, path, options);
    let text: string;
    try {
      text = await response.text();
    } catch (error) {
      options.signal?.throwIfAborted();
      throw new Passing(reasonOf(error), undefined, { cause: error });
    }
    try {
      return JSON.parse(text) as unknown;
    } catch (cause) {
      throw badAnswer(access, 'its answer is not JSON', cause);
    }
  });
}

export function badAnswer({ endpoint }: HubAccess, reason: string, cause?: unknown): SftError {
  return new SftError('hub-answer', `${endpoint}: ${reason}`, {
    remedy: 'check HF_ENDPOINT, or whether a proxy answers instead',
    cause,
  });
}

function unreachable({ endpoint }: HubAccess, cause: Passing): SftError {
  return new SftError('hub-unreachable', `${endpoint} cannot be reached: ${cause.message}`, {
    remedy:
      'check the connection (HTTPS_PROXY and HF_ENDPOINT are honoured) and run the command again: it continues where it stopped',
    cause,
  });
}

function refusal({ endpoint, token }: HubAccess, { status, headers }: Response, what: string): SftError {
  const code = headers.get('x-error-code');
  const tokens = `${endpoint}/settings/tokens`;
  const page = `${endpoint}/${what}`;
  if (code === 'GatedRepo' || (status === 403 && code === null)) {
    const remedy =
      token === undefined
        ? `accept its terms on ${page}, create a token on ${tokens}, and set HF_TOKEN to it`
        : `accept its terms on ${page} with the account of your token`;
    return new SftError('hub-gated', `${what} is available only to those who accepted its terms`, { remedy });
  }
  if (status === 401 && token !== undefined && code !== 'RepoNotFound') {
    return tokenRefused(endpoint);
  }
  // A private repository is told apart from none for those who may read it only.
  if (status === 401 || status === 404) {
    const [thing, remedy] =
      code === 'RevisionNotFound'
        ? ['has no such revision', 'name a branch, tag or commit that exists']
        : ['does not exist', 'check its spelling; a private one needs HF_TOKEN to be set'];
    return new SftError('hub-not-found', `${what} ${thing} on ${endpoint}`, { remedy });
  }
  return new SftError('hub-refused', `${endpoint} refuses ${what}: it answered ${status}`, {
    remedy: 'check the name, and whether your token may read it',
  });
}

function serviceRefused({ endpoint, token }: HubAccess, { status }: Response, what: string): SftError {
  if (status === 401 && token !== undefined) return tokenRefused(endpoint);
  return new SftError('hub-refused', `${endpoint} offers no ${what}: it answered ${status}`, {
    remedy: 'check HF_ENDPOINT; for a mirror that only serves models, use the full name: OWNER/NAME',
  });
}

function writingRefused({ endpoint, token }: HubAccess, { status }: Response, what: string): SftError {
  const tokens = `${endpoint}/settings/tokens`;
  if (token === undefined) return tokenMissing(endpoint);
  if (status === 401) {
    return tokenRefused(endpoint);
  }
  if (status === 403 || status === 404) {
    return new SftError('hub-token', `your token may not write to ${what}`, {
      remedy: `create one on ${tokens} that may, or name a repository of your own`,
    });
  }
  return new SftError('hub-refused', `${endpoint} does not take ${what}: it answered ${status}`, {
    remedy: 'check the name of the repository, and the limits of your account',
  });
}

function tokenRefused(endpoint: string): SftError {
  return new SftError('hub-token', `${endpoint} does not accept your token`, {
    remedy: `create a new one on ${endpoint}/settings/tokens`,
  });
}

/** Nothing is written without one. */
export function tokenMissing(endpoint: string): SftError {
  return new SftError('hub-token', 'writing to the Hub needs a token', {
    remedy: `create a token with write access on ${endpoint}/settings/tokens, and set HF_TOKEN to it`,
  });
}

/** Seconds, or a date. Source: RFC 9110, Retry-After. */
function retryAfter(value: string | null): number | undefined {
  if (value === null) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

/** fetch says "fetch failed"; what failed is its cause. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error && error.cause.message !== '' ? error.cause.message : error.message;
}
