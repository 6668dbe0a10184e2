import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, beforeEach, describe, it } from 'node:test';
import { SftError } from '../../src/base/errors';
import { createRandom } from '../../src/base/random';
import { hubAccess, type HubAccess } from '../../src/hub/access';
import { planPull, pull } from '../../src/hub/pull';
import { push } from '../../src/hub/push';
import { sft, smallConfig, temporaryFolder } from '../cli/sft';
import { startHub, type HubServer } from './hub-server';
import { newWriting, type HubWriting } from './hub-writing';

const REPO = 'tiny-org/faq';
const TOKEN = 'hf_writes_and_stands_nowhere';
const SFT = path.resolve('dist/sft.js');
const root = temporaryFolder();
const random = createRandom(11);
const noise = (bytes: number): Buffer => Buffer.from(Array.from({ length: bytes }, () => random.below(256)));
const FILES: Readonly<Record<string, Buffer>> = {
  'README.md': Buffer.from('# FAQ\n'),
  'adapter_config.json': Buffer.from('{"r": 8}'),
  'adapter_model.safetensors': noise(50_000),
  'deep/er/small.bin': Buffer.from([0, 1, 2]),
  'tokenizer.json': noise(7000),
};
const folder = path.join(root, 'folder');
for (const [name, content] of Object.entries(FILES)) {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
}

let hub: HubServer;
let writing: HubWriting;
let waits: number[];
before(async () => {
  hub = await startHub(REPO, {});
});
beforeEach(() => {
  hub.writing = writing = newWriting(TOKEN);
  hub.fault = undefined;
  hub.requests.length = 0;
  waits = [];
});
after(async () => {
  await hub.close();
});

function access(given: Partial<HubAccess> = {}): HubAccess {
  const wait = (milliseconds: number): Promise<void> => {
    waits.push(milliseconds);
    return Promise.resolve();
  };
  return hubAccess({ endpoint: hub.endpoint, token: TOKEN, wait, ...given }, {});
}

function checkPushed(): void {
  assert.deepEqual(Object.fromEntries([...writing.contents!].sort()), FILES);
  assert.deepEqual(hub.leaked, [], 'the server of large files was sent the token');
}

async function refused(work: Promise<unknown>, code: string): Promise<SftError> {
  const error: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SftError, String(error));
  assert.equal(error.code, code);
  assert.ok(!`${error.message} ${error.remedy}`.includes(TOKEN));
  return error;
}

describe('push', () => {
  it('makes the repository and puts all files into one commit', async () => {
    const seen: number[] = [];
    const pushed = await push(access(), REPO, folder, {
      private: true,
      message: 'faq: peft',
      onProgress: (bytes, total) => seen.push(bytes, total),
    });
    checkPushed();
    assert.equal(writing.isPrivate, true);
    assert.equal(pushed.url, `${hub.endpoint}/${REPO}`);
    assert.deepEqual(writing.commits, [{ summary: 'faq: peft', paths: Object.keys(FILES).sort() }]);
    assert.equal(seen.at(-2), seen.at(-1));
    assert.equal(seen.at(-1), 50_000 + 3 + 7000);
  });

  it('takes a name without an owner for one of ours, and a repository that is there as it is', async () => {
    await push(access(), 'faq', folder, { private: false, message: 'one' });
    await push(access(), REPO, folder, { private: true, message: 'two' });
    checkPushed();
    assert.equal(writing.isPrivate, false);
    assert.deepEqual([...writing.sentTimes.values()], [1, 1, 1], 'a large file was sent again');
    assert.equal(writing.commits.length, 2);
  });

  it('sends what is larger in chunks', async () => {
    writing.chunk = 12_345;
    await push(access(), REPO, folder, { private: false, message: 'chunks' });
    checkPushed();
    assert.ok(hub.requests.some((request) => /^PUT \/objects\/[0-9a-f]+\/5$/.test(request)));
  });

  it('waits as long as it is told, and tries again what failed in passing', async () => {
    const failed = new Set<string>();
    hub.fault = (request, response) => {
      const key = `${request.method} ${request.url!.replace(/[0-9a-f]{64}/, 'OID')}`;
      if (failed.has(key)) return false;
      failed.add(key);
      if (key.startsWith('PUT')) request.destroy();
      else if (key.includes('batch')) response.writeHead(429, { 'retry-after': '7' }).end();
      else response.writeHead(503).end();
      return true;
    };
    const seen: number[] = [];
    await push(access(), REPO, folder, { private: false, message: 'm', onProgress: (bytes) => seen.push(bytes) });
    checkPushed();
    assert.ok(waits.includes(7000), waits.join());
    assert.ok(failed.size >= 5, [...failed].join());
    assert.equal(seen.at(-1), 57_003);
  });

  it('gives up on a server that only fails, and says to run it again', async () => {
    hub.fault = (_request, response) => {
      response.writeHead(500).end();
      return true;
    };
    const error = await refused(push(access(), REPO, folder, { private: false, message: 'm' }), 'hub-unreachable');
    assert.match(error.remedy!, /run the command again/);
  });

  it('is stopped at random moments and goes on: nothing is seen before the commit, and nothing is sent twice', async () => {
    writing.chunk = 9000;
    for (let stopped = 0; stopped < 8; stopped++) {
      const stop = new AbortController();
      const after = random.below(30_000);
      const work = push(access(), REPO, folder, {
        private: false,
        message: 'm',
        signal: stop.signal,
        onProgress: (bytes) => {
          if (bytes > after) stop.abort(new SftError('stopped', 'stopped'));
        },
      });
      await refused(work, 'stopped');
      assert.equal(writing.contents?.size ?? 0, 0);
    }
    await push(access(), REPO, folder, { private: false, message: 'm' });
    checkPushed();
    for (const times of writing.sentTimes.values()) assert.equal(times, 1);
  });

  it('says what a token is for, that one is wrong, and that it may not write there', async () => {
    const options = { private: false, message: 'm' };
    const none = await refused(push(access({ token: undefined }), REPO, folder, options), 'hub-token');
    assert.match(none.remedy!, /settings\/tokens.*HF_TOKEN/);
    const wrong = await refused(push(access({ token: 'hf_other' }), REPO, folder, options), 'hub-token');
    assert.match(wrong.message, /does not accept/);
    const others = await refused(push(access(), 'others/faq', folder, options), 'hub-token');
    assert.match(others.message, /may not write to others\/faq/);
    assert.equal(writing.contents, undefined);
  });
});

describe('sft push', () => {
  const run = path.join(root, 'run');
  const environment = (): NodeJS.ProcessEnv => ({ ...process.env, HF_ENDPOINT: hub.endpoint, HF_TOKEN: TOKEN });
  const pushRun = (...more: string[]): ReturnType<typeof sft> => sft(['push', run, '--repo', REPO, ...more]);
  /** The server lives in this process: it must not be held up. */
  const pushBeside = (
    killAfter?: number,
    ...more: string[]
  ): Promise<{ code: number | null; out: string; err: string }> =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [SFT, 'push', run, '--repo', REPO, ...more], { env: environment() });
      let [out, err] = ['', ''];
      child.stdout.on('data', (piece) => (out += String(piece)));
      child.stderr.on('data', (piece) => (err += String(piece)));
      if (killAfter !== undefined) {
        hub.fault = () => {
          if (--killAfter! === 0) child.kill('SIGKILL');
          return false;
        };
      }
      child.on('close', (code) => {
        resolve({ code, out, err });
      });
    });

  before(() => {
    const config = smallConfig(root, { max_steps: 2, warmup_steps: 0, eval_examples: 2, max_new_tokens: 4 });
    const trained = sft(['train', config, '--run', run]);
    assert.equal(trained.code, 0, trained.err);
  });

  it('shows what would go, and opens no connection for it', () => {
    const shown = pushRun('--dry-run');
    assert.equal(shown.code, 0, shown.err);
    assert.match(shown.out, /adapter_model\.safetensors {2}/);
    assert.match(shown.out, /SHA-256 `[0-9a-f]{64}`/);
    assert.ok(!existsSync(path.join(run, 'push')));
    assert.deepEqual(hub.requests, []);
  });

  it('names what is wrong of what it was given, before anything is written', () => {
    const nowhere = path.join(root, 'nowhere');
    const refusals: [string[], RegExp][] = [
      [[nowhere, '--repo', REPO], /run\.json does not exist - name the folder of a run/],
      [[path.join(root, 'data.json'), '--repo', REPO], /is a file, not a folder - name the folder of a run/],
      [[run, '--repo', '..'], /"\.\." is not a valid repository name/],
      [[run, '--repo', '-'], /"-" is not a valid repository name/],
      [[run, '--repo', REPO, '--gguf', '--type', 'q3'], /--type "q3" is not a type - .*one of: f32/],
      [[run, '--repo', REPO, '--type', 'q8_0'], /--to peft does not support --type/],
    ];
    for (const [args, reason] of refusals) {
      const refused = sft(['push', ...args, '--dry-run']);
      assert.equal(refused.code, 2, refused.err);
      assert.match(refused.err, reason);
    }
  });

  it('is killed at random moments and ends whole: the adapter as it was trained, and nothing of the data', async () => {
    for (let kill = 0; kill < 4; kill++) {
      const killed = await pushBeside(1 + random.below(6));
      assert.equal(killed.code, null, killed.err);
      assert.equal(writing.contents?.size ?? 0, 0);
    }
    hub.fault = undefined;
    const { code, out, err } = await pushBeside(undefined, '--private');
    assert.equal(code, 0, err);
    assert.equal(out.trim(), `${hub.endpoint}/${REPO}`);
    assert.ok(!`${out}${err}`.includes(TOKEN));
    const names = [...writing.contents!.keys()].sort();
    assert.deepEqual(names, [
      'README.md',
      'adapter_config.json',
      'adapter_model.safetensors',
      'chat_template.jinja',
      'tokenizer.json',
      'tokenizer_config.json',
    ]);
    const trained = readFileSync(path.join(run, 'adapter', 'adapter_model.safetensors'));
    assert.ok(writing.contents!.get('adapter_model.safetensors')!.equals(trained));
    const data = readFileSync(path.join(root, 'data.json'));
    const hash = createHash('sha256').update(data).digest('hex');
    assert.match(writing.contents!.get('README.md')!.toString(), new RegExp(hash));
    const first = (JSON.parse(data.toString()) as { question: string }[])[0]!.question;
    for (const content of writing.contents!.values()) assert.ok(!content.includes(first));
    assert.ok(!existsSync(path.join(run, 'push')));
  });

  it('is read by sft pull', async () => {
    const pushed = await pushBeside(undefined, '--merged');
    assert.equal(pushed.code, 0, pushed.err);
    const reader = access({ cache: path.join(root, 'cache') });
    const pulled = await pull(reader, await planPull(reader, { repo: REPO, revision: 'main' }));
    const scored = sft(['score', path.join(root, 'data.json'), '--model', pulled, '--json']);
    assert.equal(scored.code, 0, scored.err);
    assert.ok(readFileSync(path.join(pulled, 'model.safetensors')).equals(writing.contents!.get('model.safetensors')!));
  });

  it(
    'is read by the official client',
    { skip: process.env['SFT_PYTHON'] === undefined && 'SFT_PYTHON names no Python' },
    async (context) => {
      const python = process.env['SFT_PYTHON']!;
      if (spawnSync(python, ['-c', 'import huggingface_hub']).status !== 0) {
        context.skip('SFT_PYTHON has no huggingface_hub');
        return;
      }
      const pushed = await pushBeside(undefined, '--merged');
      assert.equal(pushed.code, 0, pushed.err);
      const names = JSON.stringify([...writing.contents!.keys()]);
      const script = `from huggingface_hub import hf_hub_download as get\nfor name in ${names}: print(get("${REPO}", name))`;
      const env = { ...environment(), HF_HOME: path.join(root, 'home'), HF_HUB_DISABLE_XET: '1' };
      const child = spawn(python, ['-c', script], { env });
      let [out, err] = ['', ''];
      child.stdout.on('data', (piece) => (out += String(piece)));
      child.stderr.on('data', (piece) => (err += String(piece)));
      const code = await new Promise((resolve) => child.on('close', resolve));
      assert.equal(code, 0, err);
      const read = out.trim().split('\n');
      assert.equal(read.length, writing.contents!.size);
      [...writing.contents!].forEach(([name, content], at) => {
        assert.ok(readFileSync(read[at]!).equals(content), name);
      });
    },
  );
});
