import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, it } from 'node:test';
import { sft, SFT, smallConfig, temporaryFolder } from '../cli/sft';
import { behave, useFakePython, writeProgram } from './fake';
import { goneWithin, processesWith } from './processes-of';

const SKIP = process.platform === 'win32' ? 'the fake Python is a script of a shell' : false;
const folder = temporaryFolder();
const config = smallConfig(folder, { engine: 'accelerate' });
const { PATH } = process.env;
const HASH = `--hash=sha256:${'0'.repeat(64)}`;

let home: string;
let calls: string;

/** Words of each call of uv so far. */
const called = (): string[] => readFileSync(calls, 'utf8').trim().split('\n').filter(Boolean);
const program = (): string => path.join(home, 'sft-workbench/python/environment/bin/python3');
const check = () => sft(['python', 'check', config]);

/** `sft python setup`, left to itself once it has printed a word. */
async function begun(word: string, words: readonly string[]) {
  const child = spawn(process.execPath, [SFT, 'python', 'setup', ...words], { stdio: ['ignore', 'ignore', 'pipe'] });
  let err = '';
  await new Promise<void>((resolve) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      err += text;
      if (err.includes(word)) resolve();
    });
  });
  return child;
}

beforeEach(() => {
  home = mkdtempSync(path.join(folder, 'data-'));
  calls = path.join(home, 'calls');
  writeFileSync(calls, '');
  process.env['XDG_DATA_HOME'] = home;
  delete process.env['SFT_FAKE_UV'];
});

describe('sft python setup', { skip: SKIP }, () => {
  beforeEach(() => {
    const bin = path.join(home, 'bin');
    mkdirSync(bin);
    writeProgram(path.join(bin, 'uv'), 'fake-uv.mjs');
    process.env['PATH'] = `${bin}:${PATH ?? ''}`;
    process.env['SFT_FAKE_UV_CALLS'] = calls;
    useFakePython(home);
    process.env['SFT_FAKE_PYTHON'] = process.env['SFT_PYTHON'];
    // From now on the one that is set up.
    delete process.env['SFT_PYTHON'];
  });

  it('says what it would do, and does nothing where nobody agrees', () => {
    for (const answer of ['n\n', '']) {
      const { code, err } = sft(['python', 'setup'], answer);
      assert.equal(code, 1, err);
      if (process.platform === 'linux') assert.match(err, /a download of about \d\.\d GB/);
      assert.match(err, /by uv 9\.9\.9[\s\S]*environment\nset it up\? \[y\/N\]\nnothing was downloaded/);
      assert.deepEqual(called(), []);
      assert.ok(!existsSync(program()));
    }
  });

  it('makes an environment of exact versions, which is then the one that trains, and is left alone while it is whole', () => {
    const { code, out, err } = sft(['python', 'setup', '--json'], 'y\n');
    assert.equal(code, 0, err);
    const [plan, done] = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    assert.equal(plan!['state'], 'none');
    assert.equal(done!['program'], program());
    // Whoever reads the plan asks in words of their own, and shows the rest as what is going on.
    assert.doesNotMatch(err, /\[y\/N\]/);
    const [venv, install] = called();
    assert.match(venv!, /^venv .*environment$/);
    assert.match(install!, /^pip install .*--no-deps --only-binary :all: .*python\/locks\/training\.txt$/);
    const lock = readFileSync('python/locks/training.txt', 'utf8');
    assert.ok(
      lock
        .split('\n')
        .filter((line) => /^\w/.test(line))
        .every((line) => /^[\w.-]+==\d\S* /.test(line)),
    );
    assert.match(check().out, /by `sft python setup`: .*[\s\S]*it can train/);
    assert.equal(sft(['python', 'setup']).code, 0);
    assert.equal(called().length, 2);
  });

  it('makes it anew where it is broken, or from another lock', () => {
    sft(['python', 'setup', '--yes']);
    rmSync(program());
    assert.match(sft(['python', 'setup', '--yes']).err, /incomplete and will be replaced/);
    assert.equal(called().length, 4);
    assert.match(check().out, /it can train/);
    const lock = path.join(home, 'lock.txt');
    writeFileSync(lock, `torch==2.15.0 ${HASH}\n`);
    assert.match(sft(['python', 'setup', '--lock', lock, '--yes']).err, /has other versions/);
    assert.equal(sft(['python', 'setup', '--lock', lock]).code, 0);
    assert.equal(sft(['python', 'setup', '--lock', lock, '--repair', '--yes']).code, 0);
    assert.equal(called().length, 8);
  });

  it('leaves nothing that anybody takes where it is cut off, and no process', async () => {
    process.env['SFT_FAKE_UV'] = JSON.stringify({ hangs: true });
    const child = await begun('Downloading torch', ['--yes']);
    const other = sft(['python', 'setup', '--yes']);
    assert.match(other.err, /is already setting up Python/);
    child.kill('SIGINT');
    const [code] = (await once(child, 'exit')) as [number];
    assert.equal(code, 1);
    assert.deepEqual(await goneWithin(5, 'fake-uv-download'), []);
    assert.deepEqual(processesWith('fake-uv.mjs', home), []);
    assert.doesNotMatch(check().out, /by `sft python setup`/);
    delete process.env['SFT_FAKE_UV'];
    assert.match(sft(['python', 'setup', '--yes']).err, /incomplete/);
    assert.match(check().out, /by `sft python setup`/);
  });

  for (const [says, message] of [
    ['error: dns error: failed to lookup address', /dns error.* - check the connection and the proxy/],
    ['error: Hash mismatch for `torch==2.15.0`', /Hash mismatch.* - a file has an unexpected hash/],
    ['error: No space left on device (os error 28)', /No space left.* - free some space/],
    [
      'error: something else',
      /not set up: error: something else - .*setup\.log|setup\.log.*something else - that file/,
    ],
  ] as const) {
    it(`tells why it failed: ${says}`, () => {
      process.env['SFT_FAKE_UV'] = JSON.stringify({ fails: says });
      const { code, err } = sft(['python', 'setup', '--yes']);
      assert.equal(code, 1);
      assert.match(err, message);
      assert.match(
        readFileSync(path.join(home, 'sft-workbench/python/setup.log'), 'utf8'),
        new RegExp(says.slice(7, 20)),
      );
    });
  }

  it('refuses what cannot train, and a lock that leaves versions open', () => {
    behave(home, { packages: { peft: null } });
    assert.match(sft(['python', 'setup', '--yes']).err, /the new environment cannot train: peft is not installed/);
    const lock = path.join(home, 'loose.txt');
    for (const line of ['torch>=2.6', 'torch', 'torch==2.*']) {
      writeFileSync(lock, `safetensors==0.8.0\n${line}\n`);
      const { code, err } = sft(['python', 'setup', '--lock', lock, '--yes']);
      assert.equal(code, 2);
      assert.ok(err.includes(`${line} names no exact version`), err);
    }
    assert.equal(called().length, 2);
  });
});

/** The real Python of this machine where it can make environments, as the system's tests may not. */
function realPython(): string | undefined {
  const asked = spawnSync('python3', ['-c', 'import ensurepip, sys; print(sys.executable)'], { encoding: 'utf8' });
  return asked.status === 0 ? asked.stdout.trim() : undefined;
}

const REAL = realPython();

describe(
  'sft python setup without uv',
  { skip: SKIP || (REAL === undefined && 'no python3 with venv and pip') },
  () => {
    it('takes venv and pip, from files whose hashes are those of the lock', () => {
      const bin = path.join(home, 'bin');
      mkdirSync(bin);
      symlinkSync(REAL!, path.join(bin, 'python3'));
      const [wheels, lock] = [path.join(home, 'wheels'), path.join(home, 'lock.txt')];
      const made = spawnSync(REAL!, ['test/accelerate/make-wheels.py', wheels, lock], { encoding: 'utf8' });
      assert.equal(made.status, 0, made.stderr);
      process.env['PATH'] = bin;
      Object.assign(process.env, { PIP_NO_INDEX: '1', PIP_FIND_LINKS: wheels });
      delete process.env['SFT_PYTHON'];
      const wrong = path.join(home, 'wrong.txt');
      writeFileSync(wrong, readFileSync(lock, 'utf8').replace(/sha256:\w{64}/, `sha256:${'0'.repeat(64)}`));
      const refused = sft(['python', 'setup', '--lock', wrong, '--yes']);
      assert.match(refused.err, /do not match.* - a file has an unexpected hash/i);
      const { code, err } = sft(['python', 'setup', '--lock', lock, '--yes']);
      assert.equal(code, 0, err);
      assert.match(err, /by venv and pip of .*\n[\s\S]*is set up to train on the processor/);
      process.env['PATH'] = PATH;
      assert.match(check().out, /by `sft python setup`[\s\S]*torch 2\.15\.0[\s\S]*it can train/);
    });
  },
);
