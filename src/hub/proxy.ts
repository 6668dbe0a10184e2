/** The variables that name a proxy, as curl and Python read them. */
const NAMES = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy'];

/** A fetch that goes through the proxy which the environment names (NO_PROXY is honoured): the one of Node 20 does not look there. */
export async function fetchThroughProxy(): Promise<typeof fetch> {
  if (NAMES.every((name) => (process.env[name] ?? '') === '')) return fetch;
  const { EnvHttpProxyAgent, fetch: ownFetch } = await import('undici');
  const dispatcher = new EnvHttpProxyAgent();
  return ((input: string, init: object) => ownFetch(input, { ...init, dispatcher })) as unknown as typeof fetch;
}
