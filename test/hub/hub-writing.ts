import { createHash } from 'node:crypto';
import type http from 'node:http';

/** What was written to a Hub of a test. */
export interface HubWriting {
  /** The token that may write; any other is refused. */
  readonly token: string;
  /** Files by name, as the last commit left them; undefined before a repository is made. */
  contents: Map<string, Buffer> | undefined;
  isPrivate: boolean | undefined;
  readonly commits: { readonly summary: string; readonly paths: readonly string[] }[];
  /** Objects of Git LFS by their SHA-256, and how often each was sent. */
  readonly objects: Map<string, Buffer>;
  readonly sentTimes: Map<string, number>;
  /** Larger files are sent in chunks of so many bytes. */
  chunk: number | undefined;
}

export function newWriting(token: string): HubWriting {
  return {
    token,
    contents: undefined,
    isPrivate: undefined,
    commits: [],
    objects: new Map(),
    sentTimes: new Map(),
    chunk: undefined,
  };
}

const COMMIT = 'fedcba9876543210fedcba9876543210fedcba98';
/** What is larger, or no text, is kept by Git LFS. */
const LFS_FROM = 1000;
const parts = new Map<string, Map<number, Buffer>>();

/**
 * The part of the Hub's protocol that writing needs: making a repository, asking which files Git LFS keeps, its batch API with whole and
 * chunked transfers, and commits. Objects are taken whole or not at all, and checked against their hash.
 * @returns whether the request was one of these
 */
export async function answerWriting(
  hub: HubWriting,
  repo: string,
  request: http.IncomingMessage,
  response: http.ServerResponse,
  storage: string,
): Promise<boolean> {
  const url = new URL(request.url!, 'http://hub');
  const object = /^\/objects\/([0-9a-f]{64})(?:\/(\d+))?$/.exec(url.pathname);
  if (object !== null && request.method === 'PUT') {
    await takeObject(hub, object[1]!, object[2], request, response);
    return true;
  }
  const paths = new Set([
    '/api/whoami-v2',
    '/api/repos/create',
    `/api/models/${repo}/preupload/main`,
    `/${repo}.git/info/lfs/objects/batch`,
    `/api/models/${repo}/commit/main`,
  ]);
  const isEnd = url.pathname.startsWith('/complete/') || url.pathname.startsWith('/verify/');
  if (!paths.has(url.pathname) && !isEnd) return false;
  const send = (status: number, answer: unknown): true => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    return true;
  };
  const body = (await whole(request)).toString();
  if (request.headers.authorization !== `Bearer ${hub.token}`) return send(401, { error: 'Invalid credentials' });
  const asked = (url.pathname.endsWith('/commit/main') || body === '' ? {} : JSON.parse(body)) as Asked;
  if (url.pathname === '/api/whoami-v2') return send(200, { name: repo.split('/')[0], type: 'user' });
  if (url.pathname === '/api/repos/create') {
    if (`${asked.organization}/${asked.name}` !== repo) return send(403, { error: 'not yours' });
    if (hub.contents !== undefined) return send(409, { error: 'You already created this model repo' });
    hub.contents = new Map();
    hub.isPrivate = asked.private;
    return send(200, { url: `https://hub/${repo}` });
  }
  if (url.pathname.endsWith('/preupload/main')) {
    const files = asked.files!.map(({ path, size, sample }) => ({
      path,
      uploadMode: size >= LFS_FROM || Buffer.from(sample, 'base64').includes(0) ? 'lfs' : 'regular',
    }));
    return send(200, { files });
  }
  if (url.pathname.endsWith('/objects/batch')) {
    return send(200, {
      transfer: 'basic',
      objects: asked.objects!.map((one) => actionsOf(hub, one, request, storage)),
    });
  }
  if (url.pathname.startsWith('/complete/')) {
    const oid = url.pathname.slice('/complete/'.length);
    const sent = [...(parts.get(oid) ?? new Map<number, Buffer>())].sort(([a], [b]) => a - b);
    if (asked.parts!.some(({ etag }, at) => etag !== etagOf(sent[at]![1]))) return send(400, { error: 'etag' });
    return keep(hub, oid, Buffer.concat(sent.map(([, piece]) => piece))) ? send(200, {}) : send(400, { error: 'hash' });
  }
  if (url.pathname.startsWith('/verify/')) {
    const known = hub.objects.get(asked.oid!);
    return known?.length === asked.size ? send(200, {}) : send(404, { error: 'not there' });
  }
  return send(...commit(hub, body));
}

interface Asked {
  readonly organization?: string;
  readonly name?: string;
  readonly private?: boolean;
  readonly files?: readonly { readonly path: string; readonly size: number; readonly sample: string }[];
  readonly objects?: readonly { readonly oid: string; readonly size: number }[];
  readonly parts?: readonly { readonly partNumber: number; readonly etag: string }[];
  readonly oid?: string;
  readonly size?: number;
}

function actionsOf(
  hub: HubWriting,
  { oid, size }: { readonly oid: string; readonly size: number },
  request: http.IncomingMessage,
  storage: string,
): unknown {
  if (hub.objects.has(oid)) return { oid, size };
  const own = `http://${request.headers.host}`;
  const verify = { href: `${own}/verify/${oid}` };
  const { chunk } = hub;
  if (chunk === undefined || size <= chunk) {
    return { oid, size, actions: { upload: { href: `${storage}/objects/${oid}` }, verify } };
  }
  const header: Record<string, string | number> = { chunk_size: chunk };
  for (let part = 1; (part - 1) * chunk < size; part++) {
    header[String(part).padStart(5, '0')] = `${storage}/objects/${oid}/${part}`;
  }
  return { oid, size, actions: { upload: { href: `${own}/complete/${oid}`, header }, verify } };
}

async function takeObject(
  hub: HubWriting,
  oid: string,
  part: string | undefined,
  request: http.IncomingMessage,
  response: http.ServerResponse,
): Promise<void> {
  const content = await whole(request);
  if (part === undefined) {
    response.writeHead(keep(hub, oid, content) ? 200 : 400).end();
    return;
  }
  const known = parts.get(oid) ?? new Map<number, Buffer>();
  parts.set(oid, known.set(Number(part), content));
  response.writeHead(200, { etag: etagOf(content) }).end();
}

function keep(hub: HubWriting, oid: string, content: Buffer): boolean {
  if (createHash('sha256').update(content).digest('hex') !== oid) return false;
  hub.objects.set(oid, content);
  hub.sentTimes.set(oid, (hub.sentTimes.get(oid) ?? 0) + 1);
  return true;
}

function etagOf(content: Buffer): string {
  return `"${createHash('md5').update(content).digest('hex')}"`;
}

/** A commit is whole or refused. */
function commit(hub: HubWriting, body: string): [number, unknown] {
  const lines = body
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as { key: string; value: Record<string, string> });
  const next = new Map(hub.contents);
  for (const { key, value } of lines.slice(1)) {
    const content = key === 'lfsFile' ? hub.objects.get(value['oid']!) : Buffer.from(value['content']!, 'base64');
    if (content === undefined) return [400, { error: 'no such object' }];
    next.set(value['path']!, content);
  }
  hub.contents = next;
  hub.commits.push({
    summary: lines[0]!.value['summary']!,
    paths: lines.slice(1).map(({ value }) => value['path']!),
  });
  return [200, { commitOid: COMMIT, commitUrl: `https://hub/commit/${COMMIT}`, success: true }];
}

async function whole(request: http.IncomingMessage): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of request) pieces.push(piece as Buffer);
  return Buffer.concat(pieces);
}
