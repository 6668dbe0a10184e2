import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { VERBS } from './verbs';

/** The command line as it is shipped; set-up has built it. */
function sft(...words: string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, ['dist/sft.js', ...words], { encoding: 'utf8' });
}

describe('sft', () => {
  it('--help names every verb and the path from data to a tuned model', () => {
    const { status, stdout, stderr } = sft('--help');
    assert.equal(status, 0, stderr);
    for (const { name } of VERBS) assert.match(stdout, new RegExp(`^  ${name} +\\S`, 'm'));
    assert.match(stdout, /sft train sft\.config\.json +train/);
    assert.equal(sft('help').stdout, stdout);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 120, line);
  });

  it('without anything shows the help as an error', () => {
    const { status, stdout, stderr } = sft();
    assert.equal(status, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /Usage: sft VERB/);
  });

  it('--version is that of the package', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    assert.equal(sft('--version').stdout, `${version}\n`);
  });

  it('an unknown verb or option exits 2 and names the nearest', () => {
    for (const [words, expected] of [
      [['trian'], 'unknown verb trian - did you mean train? sft --help lists the verbs\n'],
      [['deploy'], 'unknown verb deploy - sft --help lists the verbs\n'],
      [['devices', '--jsn'], 'unknown option --jsn - did you mean --json? sft devices --help lists the options\n'],
      [['--frobnicate'], 'unknown option --frobnicate - sft --help lists the verbs and their options\n'],
    ] as const) {
      const { status, stdout, stderr } = sft(...words);
      assert.equal(status, 2);
      assert.equal(stdout, '');
      assert.equal(stderr, expected);
    }
  });

  it('what is wrong with a configuration is told in one line each, without a stack trace', () => {
    const { status, stderr } = sft('train', 'does-not-exist.json');
    assert.equal(status, 2);
    assert.equal(stderr, 'does-not-exist.json does not exist - check the path\n');
  });

  it('devices lists the cpu, cuda, webgpu and tfjs, and says whether they work', () => {
    const { status, stdout } = sft('devices', '--json');
    const devices = JSON.parse(stdout) as { kind: string; description: string; available: boolean }[];
    assert.deepEqual([...new Set(devices.map(({ kind }) => kind))], ['cpu', 'cuda', 'webgpu', 'tfjs']);
    assert.ok(devices[0]?.description);
    assert.equal(status, devices.some(({ available }) => available) ? 0 : 1);
  });

  it('ends quietly when the reader closes the pipe', async () => {
    const child = spawn(process.execPath, ['dist/sft.js', '--help'], { stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.destroy();
    let stderr = '';
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const code = await new Promise((resolve) => child.once('close', resolve));
    assert.equal(code, 0);
    assert.equal(stderr, '');
  });
});

describe('every verb', () => {
  for (const entry of VERBS) {
    it(`${entry.name} explains itself`, async () => {
      const verb = await entry.load();
      assert.equal(verb.name, entry.name);
      assert.match(verb.usage, new RegExp(`^sft ${entry.name}\\b`));
      assert.ok(verb.teach.length > 100);
      assert.ok(!/[.!]$/.test(verb.summary), 'a summary has no full stop');
      const { status, stdout } = sft(entry.name, '--help');
      assert.equal(status, 0);
      assert.ok(stdout.includes(verb.usage) && stdout.includes(verb.teach.trim()));
      for (const name of Object.keys(verb.options)) assert.ok(stdout.includes(`--${name}`), name);
    });
  }
});
