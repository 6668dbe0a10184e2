import { createHash } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { answerWriting, type HubWriting } from './hub-writing';

/** What is done to a request in place of answering it; undefined answers it. */
export type Fault = (request: http.IncomingMessage, response: http.ServerResponse) => boolean;

export interface HubServer {
  readonly endpoint: string;
  /** `METHOD /path range`, in their order. */
  readonly requests: string[];
  /** The tokens that the server of large files was sent. */
  readonly leaked: string[];
  /** Bytes of files that were sent. */
  sent(): number;
  /** Told of the bytes of files that are sent, piece by piece. */
  onSent: ((bytes: number) => void) | undefined;
  /** Each request is given to it first. */
  fault: Fault | undefined;
  /** A file as it is sent, in place of the one its hash was taken of. */
  forged: Map<string, Buffer>;
  /** Bytes a second at most. */
  slow: number | undefined;
  /** Takes what is written too, where it is given; what was committed is what is read from then on. */
  writing: HubWriting | undefined;
  close(): Promise<void>;
}

export const COMMIT = '0123456789abcdef0123456789abcdef01234567';
/** Larger ones are kept by Git LFS, on another server. */
const LFS_FROM = 1000;

/**
 * A server that speaks the Hub's protocol: the description of a repository with sizes and hashes, and files by
 * resolve, with ranges; large ones are redirected to a server of their own, as the Hub does.
 * @param repo `org/name`
 */
export async function startHub(
  repo: string,
  files: Readonly<Record<string, Buffer | string>>,
  extra: object = {},
): Promise<HubServer> {
  const first = new Map(Object.entries(files).map(([name, content]) => [name, Buffer.from(content)]));
  const requests: string[] = [];
  const leaked: string[] = [];
  let sent = 0;

  const sendFile = async (
    name: string,
    request: http.IncomingMessage,
    response: http.ServerResponse,
  ): Promise<void> => {
    const contents = hub.writing?.contents ?? first;
    const whole = hub.forged.get(name) ?? contents.get(name)!;
    const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0);
    const part = whole.subarray(from);
    response.writeHead(from > 0 ? 206 : 200, {
      etag: `"${hashOf(contents.get(name)!)}"`,
      'x-repo-commit': COMMIT,
      'content-length': part.length,
      ...(from > 0 ? { 'content-range': `bytes ${from}-${whole.length - 1}/${whole.length}` } : {}),
    });
    const piece = hub.slow === undefined ? part.length : Math.max(1, Math.floor(hub.slow / 50));
    for (let at = 0; at < part.length && !response.destroyed; at += piece) {
      const chunk = part.subarray(at, at + piece);
      sent += chunk.length;
      response.write(chunk);
      hub.onSent?.(chunk.length);
      if (hub.slow !== undefined) await new Promise((resolve) => setTimeout(resolve, 20));
    }
    response.end();
  };
  const answer = async (
    request: http.IncomingMessage,
    response: http.ServerResponse,
    origin: string,
  ): Promise<void> => {
    const url = new URL(request.url!, origin);
    requests.push([request.method, url.pathname, request.headers.range].filter(Boolean).join(' '));
    if (hub.fault?.(request, response) === true) return;
    if (hub.writing !== undefined && (await answerWriting(hub.writing, repo, request, response, largeOrigin))) return;
    const contents = hub.writing?.contents ?? first;
    const resolved = /^\/(?:(?<repo>[^/]+\/[^/]+)\/resolve\/[^/]+|large)\/(?<name>.+)$/.exec(url.pathname)?.groups;
    if (url.pathname.startsWith(`/api/models/${repo}/revision/`)) {
      const siblings = [...contents].map(([rfilename, content]) => ({
        rfilename,
        size: content.length,
        ...(content.length < LFS_FROM
          ? { blobId: hashOf(content) }
          : { blobId: 'f'.repeat(40), lfs: { sha256: hashOf(content), size: content.length, pointerSize: 134 } }),
      }));
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ id: repo, sha: COMMIT, gated: false, siblings, ...extra }));
    } else if (resolved !== undefined && contents.has(resolved['name']!)) {
      const name = resolved['name']!;
      if (resolved['repo'] !== undefined && contents.get(name)!.length >= LFS_FROM) {
        const linked = {
          'x-linked-etag': `"${hashOf(contents.get(name)!)}"`,
          'x-linked-size': contents.get(name)!.length,
        };
        response.writeHead(302, { location: `${largeOrigin}/large/${name}`, 'x-repo-commit': COMMIT, ...linked }).end();
      } else void sendFile(name, request, response);
    } else {
      response.writeHead(404, { 'x-error-code': 'EntryNotFound' }).end();
    }
  };
  const small = http.createServer((request, response) => {
    answer(request, response, hub.endpoint).catch(() => response.destroy());
  });
  const large = http.createServer((request, response) => {
    if (request.headers.authorization !== undefined) leaked.push(request.headers.authorization);
    answer(request, response, largeOrigin).catch(() => response.destroy());
  });
  const endpoint = await listen(small);
  const largeOrigin = await listen(large);
  const hub: HubServer = {
    endpoint,
    requests,
    leaked,
    sent: () => sent,
    onSent: undefined,
    fault: undefined,
    forged: new Map(),
    slow: undefined,
    writing: undefined,
    close: async () => {
      for (const server of [small, large]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
  return hub;
}

/** As the Hub tells it: SHA-256 of what Git LFS keeps, git's own hash of the rest. */
export function hashOf(content: Buffer): string {
  if (content.length >= LFS_FROM) return createHash('sha256').update(content).digest('hex');
  return createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
}

async function listen(server: http.Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
