import assert from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  watch,
  writeFileSync,
} from 'node:fs';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, afterEach, beforeEach, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { cachedSnapshot, parseHubModel } from '../../src/base/hub-cache';
import { createRandom } from '../../src/base/random';
import { absolutePaths } from '../../src/config/config-paths';
import { hubAccess, type HubAccess } from '../../src/hub/access';
import { planPull, pull } from '../../src/hub/pull';
import { searchModels } from '../../src/hub/search';
import { mountSmallDisk, NO_SMALL_DISK } from '../small-disk';
import { COMMIT, hashOf, startHub, type Fault, type HubServer } from './hub-server';
import { NO_LINKS } from '../system-limits';

const REPO = 'tiny-org/tiny-llama';
const SFT = path.resolve('dist/sft.js');
const root = mkdtempSync(path.join(tmpdir(), 'sft-pull-'));
after(async () => {
  await hub.close();
  rmSync(root, { recursive: true, force: true });
});

const random = createRandom(7);
const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => random.below(256)));
const FILES = {
  'config.json': '{"architectures": ["LlamaForCausalLM"]}',
  'tokenizer.json': noise(5000),
  'chat_template.jinja': '{{ messages }}',
  'model-00001-of-00002.safetensors': noise(300_000),
  'model-00002-of-00002.safetensors': noise(200_000),
  'model.safetensors.index.json': '{}',
  // The same content twice is one blob.
  'special_tokens_map.json': '{}',
};
/** What nobody wants here: code, pickles, other programs' weights, paths that lead out of the folder. */
const OTHERS = {
  'README.md': '# Tiny',
  'modeling_tiny.py': 'import os',
  'pytorch_model.bin': noise(2000),
  'consolidated.safetensors': noise(2000),
  'onnx/model.onnx': 'x',
  'original/params.json': '{}',
  '../evil.json': '{}',
  '.hidden.json': '{}',
};
/** Of a process that pulls. */
const KILLS = 8;
const TOTAL = Object.values(FILES).reduce((sum, content) => sum + content.length, 0);

let hub: HubServer;
let cache: string;
let waits: number[];
let count = 0;
beforeEach(async () => {
  // After a test that is skipped Node 20 runs no hook: its server would keep this file from ending.
  await (hub as HubServer | undefined)?.close();
  hub = await startHub(REPO, { ...FILES, ...OTHERS }, { cardData: { license: 'apache-2.0' } });
  cache = path.join(root, `cache-${++count}`);
  waits = [];
});
afterEach(async () => {
  await hub.close();
});

function access(given: Partial<HubAccess> = {}): HubAccess {
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return hubAccess({ endpoint: hub.endpoint, token: undefined, cache, wait, ...given }, {});
}

async function pullAll(given: Partial<HubAccess> = {}): Promise<string> {
  const reached = access(given);
  return pull(reached, await planPull(reached, parseHubModel(REPO)!));
}

async function refused(code: string, message: RegExp, given: Partial<HubAccess> = {}): Promise<void> {
  await assert.rejects(pullAll(given), (error) => {
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.code, code, error.message);
    assert.match(`${error.message} - ${error.remedy}`, message);
    assert.doesNotMatch(`${error.message} ${error.remedy}`, /hf_secret/);
    return true;
  });
}

function assertWhole(folder: string): void {
  assert.deepEqual(readdirSync(folder).sort(), Object.keys(FILES).sort());
  for (const [name, content] of Object.entries(FILES)) {
    assert.ok(readFileSync(path.join(folder, name)).equals(Buffer.from(content)), name);
  }
  const blobs = readdirSync(path.join(folder, '../../blobs')).sort();
  const hashes = Object.values(FILES).map((content) => hashOf(Buffer.from(content)));
  assert.deepEqual(blobs, [...new Set(hashes)].sort());
}

/** Fails the first requests that match. */
function times(most: number, path: RegExp, fault: Fault): Fault {
  let left = most;
  return (request, response) => path.test(request.url!) && left-- > 0 && fault(request, response);
}

describe('getting a model', () => {
  it('fills the shared cache in its own layout, with the files that make a model and no others', async () => {
    const progress: number[] = [];
    const reached = access();
    const plan = await planPull(reached, parseHubModel(REPO)!);
    assert.equal(plan.toFetch, TOTAL);
    assert.equal(plan.licence, 'apache-2.0');
    const folder = await pull(reached, plan, { onProgress: (bytes) => progress.push(bytes) });
    assert.equal(folder, path.join(cache, 'models--tiny-org--tiny-llama/snapshots', COMMIT));
    assertWhole(folder);
    assert.equal(lstatSync(path.join(folder, 'config.json')).isSymbolicLink(), NO_LINKS === false);
    assert.equal(readFileSync(path.join(folder, '../../refs/main'), 'utf8'), COMMIT);
    assert.equal(progress.at(-1), TOTAL);
    assert.equal(cachedSnapshot(parseHubModel(REPO)!, cache), folder);
    assert.equal(cachedSnapshot(parseHubModel(`${REPO}@${COMMIT}`)!, cache), folder);
    assert.ok(!existsSync(path.join(cache, 'models--tiny-org--tiny-llama/evil.json')));
  });

  it('downloads nothing twice', async () => {
    await pullAll();
    const before = hub.requests.length;
    await pullAll();
    assert.equal(hub.requests.length, before + 1, 'it asks only what there is');
  });

  it('sends the token to the Hub and not to the server that holds the large files', async () => {
    const seen: (string | undefined)[] = [];
    hub.fault = (request) => {
      if (!request.url!.startsWith('/large/')) seen.push(request.headers.authorization);
      return false;
    };
    await pullAll({ token: 'hf_secret' });
    assert.ok(seen.length > 0 && seen.every((value) => value === 'Bearer hf_secret'));
    assert.deepEqual(hub.leaked, []);
    assert.ok(hub.requests.some((request) => request.includes('/large/')));
  });

  it('goes on after cut connections where they were cut', async () => {
    const large = /large\/model-00001/;
    hub.fault = times(3, large, (request, response) => {
      const from = Number(/=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
      const content = FILES['model-00001-of-00002.safetensors'];
      const headers = { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` };
      response.writeHead(from > 0 ? 206 : 200, from > 0 ? headers : {});
      response.write(content.subarray(from, from + 50_000), () => setTimeout(() => response.destroy(), 20));
      return true;
    });
    assertWhole(await pullAll());
    const ranges = hub.requests.filter((request) => large.test(request)).map((request) => request.split(' ')[2]);
    assert.deepEqual(ranges, [undefined, 'bytes=50000-', 'bytes=100000-', 'bytes=150000-']);
  });

  it('begins a file anew for a server that knows no ranges', async () => {
    hub.fault = (request, response) => {
      if (!request.url!.includes('large/model-00002')) return false;
      const content = FILES['model-00002-of-00002.safetensors'];
      if (request.headers.range === undefined) {
        response.writeHead(200);
        response.write(content.subarray(0, 10_000), () => setTimeout(() => response.destroy(), 20));
      } else response.end(content);
      return true;
    };
    assertWhole(await pullAll());
  });

  it('waits as long as the server says, and tries again after errors of its own', async () => {
    hub.fault = times(1, /api\/models/, (_, response) =>
      Boolean(response.writeHead(429, { 'retry-after': '7' }).end()),
    );
    assertWhole(await pullAll());
    assert.deepEqual(waits, [7000]);
    rmSync(cache, { recursive: true });
    hub.fault = times(5, /resolve.*config\.json/, (_, response) => Boolean(response.writeHead(503).end()));
    assertWhole(await pullAll());
    assert.equal(waits.length, 6);
  });

  it('gives up with a reason, and keeps what came', async () => {
    hub.fault = (request, response) => request.url!.includes('model-00002') && Boolean(response.writeHead(500).end());
    await refused('hub-unreachable', /answered 500.*continues where it stopped/s);
    hub.fault = undefined;
    assertWhole(await pullAll());
    assert.equal(hub.requests.filter((request) => request.includes('large/model-00001')).length, 1);
  });

  it('takes no file whose hash is wrong', async () => {
    const forged = Buffer.from(FILES['tokenizer.json']);
    forged[100]! ^= 1;
    hub.forged.set('tokenizer.json', forged);
    await refused('wrong-hash', /tokenizer\.json.*wrong hash/);
    const names = readdirSync(path.join(cache, 'models--tiny-org--tiny-llama/blobs'));
    assert.ok(!names.some((name) => name.startsWith(hashOf(FILES['tokenizer.json']))));
    hub.forged.clear();
    assertWhole(await pullAll());
  });

  it('says what to do about models that are not there, or not for everyone', async () => {
    const answer = (status: number, code?: string): void => {
      hub.fault = (_, response) =>
        Boolean(response.writeHead(status, code === undefined ? {} : { 'x-error-code': code }).end());
    };
    answer(401, 'GatedRepo');
    await refused('hub-gated', /accept its terms on .*tiny-org\/tiny-llama, create a token.*HF_TOKEN/);
    answer(403, 'GatedRepo');
    await refused('hub-gated', /with the account of your token/, { token: 'hf_secret' });
    answer(401);
    await refused('hub-token', /does not accept your token/, { token: 'hf_secret' });
    answer(401, 'RepoNotFound');
    await refused('hub-not-found', /check its spelling/);
    answer(404, 'RepoNotFound');
    await refused('hub-not-found', /does not exist/, { token: 'hf_secret' });
    answer(404, 'RevisionNotFound');
    await refused('hub-not-found', /no such revision/);
    hub.fault = (_, response) => Boolean(response.end('<html>'));
    await refused('hub-answer', /not JSON/);
    hub.fault = (_, response) => Boolean(response.end('{"id": "x", "sha": "../..", "siblings": []}'));
    await refused('hub-answer', /sha/);
    await hub.close();
    await refused('hub-unreachable', /cannot be reached/);
  });

  it('refuses repositories that hold no model', async () => {
    const only = async (files: Record<string, string>, message: RegExp): Promise<void> => {
      await hub.close();
      hub = await startHub(REPO, files);
      await refused('no-model', message);
    };
    await only({ 'config.json': '{}', 'pytorch_model.bin': 'x' }, /pickles/);
    await only({ 'model-Q4_0.gguf': 'x' }, /GGUF/);
    await only({ 'README.md': 'x' }, /no config\.json/);
    await only({ 'config.json': '{}' }, /no safetensors weights/);
  });

  it('looks whether there is room, and leaves a full disk with a reason', async (context) => {
    const disk = mountSmallDisk(path.join(root, 'disk'), '400k');
    if (disk === undefined) {
      context.skip(NO_SMALL_DISK);
      return;
    }
    try {
      cache = path.join(disk.path, 'hub');
      await refused('disk-full', /to be downloaded.*HF_HOME/s);
      assert.equal(hub.sent(), 0);
      const other = path.join(disk.path, 'other');
      hub.fault = (request) => {
        if (request.url!.includes('/large/model-00001')) writeFileSync(other, Buffer.alloc(300_000));
        return false;
      };
      await hub.close();
      hub = await startHub(REPO, {
        'config.json': '{}',
        'model.safetensors': FILES['model-00001-of-00002.safetensors'],
      });
      hub.fault = (request) => {
        if (request.url!.includes('/large/')) writeFileSync(other, Buffer.alloc(200_000));
        return false;
      };
      await refused('disk-full', /disk is full/);
      rmSync(other);
      hub.fault = undefined;
      await pullAll();
    } finally {
      disk.unmount();
    }
  });

  it('finds models by name', async () => {
    hub.fault = (request, response) => {
      assert.match(request.url!, /search=llama&filter=safetensors/);
      const tags = ['license:mit', 'llama'];
      const found = [{ id: REPO, downloads: 3, gated: 'manual', tags, safetensors: { total: 100, parameters: {} } }];
      return Boolean(response.end(JSON.stringify([...found, { id: 'a/b' }])));
    };
    assert.deepEqual(await searchModels(access(), 'llama', 5), [
      { repo: REPO, downloads: 3, gated: true, licence: 'mit', parameters: 100 },
      { repo: 'a/b', downloads: undefined, gated: false, licence: undefined, parameters: undefined },
    ]);
  });

  it('says of a server without a search that it has none', async () => {
    for (const status of [403, 404]) {
      hub.fault = (_, response) => Boolean(response.writeHead(status).end());
      await assert.rejects(searchModels(access(), 'llama', 5), (error) => {
        assert.ok(error instanceof SftError && error.code === 'hub-refused', String(error));
        assert.match(
          `${error.message} - ${error.remedy}`,
          new RegExp(`offers no search: it answered ${status} - .*HF_ENDPOINT`),
        );
        return true;
      });
    }
  });
});

describe('sft pull', () => {
  const env = (): NodeJS.ProcessEnv => ({
    ...process.env,
    HF_ENDPOINT: hub.endpoint,
    HF_HUB_CACHE: cache,
    HF_TOKEN: 'hf_secret',
  });
  const start = (): ChildProcess => spawn(process.execPath, [SFT, 'pull', REPO], { env: env(), stdio: 'pipe' });

  it('goes on after it was killed at random moments', async () => {
    hub.slow = 50_000;
    const first = start();
    await untilWritten();
    first.kill('SIGKILL');
    await once(first, 'exit');
    hub.slow = 1_000_000;
    hub.requests.length = 0;
    let kills = 0;
    while (kills < KILLS) {
      const child = start();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const inRequest = random.below(2) === 0;
      let [requests, bytes] = inRequest ? [1 + random.below(9), Infinity] : [Infinity, random.below(40_000)];
      hub.fault = () => {
        if (--requests === 0) child.kill('SIGKILL');
        return false;
      };
      hub.onSent = (count) => {
        bytes -= count;
        if (bytes < 0) child.kill('SIGKILL');
      };
      await ended;
      if (child.exitCode === 0) break;
      kills += 1;
    }
    assert.ok(kills >= KILLS / 2, `${kills} kills`);
    hub.slow = hub.fault = hub.onSent = undefined;
    const done = await output(start());
    assert.equal(done.code, 0, done.errors);
    assertWhole(done.text.trim());
    assert.doesNotMatch(done.errors, /hf_secret/);
    assert.ok(
      hub.requests.some((request) => /bytes=[1-9]/.test(request)),
      'what came was kept',
    );
  });

  /** Until a process has a part of the largest file on the disk; small ones come whole. */
  async function untilWritten(): Promise<void> {
    const blobs = path.join(cache, `models--${REPO.replace('/', '--')}`, 'blobs');
    mkdirSync(blobs, { recursive: true });
    const largest = hashOf(FILES['model-00001-of-00002.safetensors']);
    const written = (): boolean =>
      readdirSync(blobs).some((name) => name.startsWith(largest) && lstatSync(path.join(blobs, name)).size > 0);
    const changes = watch(blobs);
    while (!written()) await once(changes, 'change');
    changes.close();
  }

  it('gives the model its name in a configuration, and says so where it was not fetched', async () => {
    const config = path.join(root, 'sft.config.json');
    const data = path.join(root, 'data.json');
    writeFileSync(data, '[{"question": "q", "answer": "a"}]');
    writeFileSync(config, JSON.stringify({ model_name: REPO, dataset: 'data.json' }));
    const before = spawnSync(process.execPath, [SFT, 'estimate', config], { env: env(), encoding: 'utf8' });
    assert.match(before.stderr, /sft pull tiny-org\/tiny-llama/);
    assert.equal((await output(start())).code, 0);
    const values = {
      model_name: REPO,
      dataset: null,
      validation_dataset: null,
      test_dataset: null,
      retention_dataset: null,
      adapter: null,
    };
    process.env['HF_HUB_CACHE'] = cache;
    try {
      const { model_name: found } = absolutePaths({ ...values, output_dir: null }, config);
      assert.equal(found, path.join(cache, 'models--tiny-org--tiny-llama/snapshots', COMMIT));
      mkdirSync(path.join(root, REPO), { recursive: true });
      assert.equal(absolutePaths({ ...values, output_dir: null }, config).model_name, path.join(root, REPO));
    } finally {
      delete process.env['HF_HUB_CACHE'];
    }
  });

  it('lists what is here without asking anybody', async () => {
    const list = (): Promise<{ text: string }> =>
      output(spawn(process.execPath, [SFT, 'models', '--json'], { env: env(), stdio: 'pipe' }));
    assert.deepEqual(JSON.parse((await list()).text), []);
    const folder = (await output(start())).text.trim();
    const asked = hub.requests.length;
    assert.deepEqual(JSON.parse((await list()).text), [{ repo: REPO, folder, size: TOTAL }]);
    assert.equal(hub.requests.length, asked);
  });

  it('goes through the proxy that the environment names', async () => {
    const proxied: string[] = [];
    const proxy = http.createServer();
    proxy.on('connect', (request, socket) => {
      proxied.push(request.url!);
      const { hostname, port } = new URL(`http://${request.url!}`);
      const server = net.connect(Number(port), hostname, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        server.pipe(socket).pipe(server);
      });
      server.on('error', () => socket.destroy());
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const address = `http://127.0.0.1:${(proxy.address() as net.AddressInfo).port}`;
    const child = spawn(process.execPath, [SFT, 'pull', REPO], {
      env: { ...env(), HTTP_PROXY: address, HTTPS_PROXY: address, NO_PROXY: '' },
      stdio: 'pipe',
    });
    const { code, text, errors } = await output(child);
    proxy.closeAllConnections();
    proxy.close();
    assert.equal(code, 0, errors);
    assertWhole(text.trim());
    assert.ok(proxied.includes(new URL(hub.endpoint).host));
  });

  it("is read by Hugging Face's own client, and reads what that one has downloaded", async (context) => {
    const python = process.env['SFT_PYTHON'] ?? 'python3';
    if (spawnSync(python, ['-c', 'import huggingface_hub']).status !== 0) {
      context.skip('needs Python with huggingface_hub (SFT_PYTHON names it)');
      return;
    }
    const folder = (await output(start())).text.trim();
    const code = `import sys, huggingface_hub as h; print(h.snapshot_download(sys.argv[1], local_files_only=True))`;
    const found = spawnSync(python, ['-c', code, REPO], { env: env(), encoding: 'utf8' });
    assert.equal(found.stdout.trim(), folder, found.stderr);
  });

  it('is refused a second time at once', async () => {
    hub.slow = 50_000;
    const first = start();
    await new Promise<void>((resolve) => {
      hub.fault = (request) => {
        if (request.url!.includes('/large/')) resolve();
        return false;
      };
    });
    const second = await output(start());
    first.kill('SIGKILL');
    assert.equal(second.code, 1);
    assert.match(second.errors, new RegExp(`process ${first.pid} is downloading the same file`));
  });
});

async function output(child: ChildProcess): Promise<{ code: number | null; text: string; errors: string }> {
  let [text, errors] = ['', ''];
  child.stdout!.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stderr!.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once('close', resolve));
  return { code, text, errors };
}
