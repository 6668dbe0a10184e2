import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { cpSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DATA, MODEL, sft, temporaryFolder } from './sft';

const cache = temporaryFolder();
process.env['HF_HUB_CACHE'] = cache;

describe('sft models --fits', () => {
  it('tells of each model of the short list what memory and time it takes on the data, for people and for programs', () => {
    const { code, out, err } = sft(['models', '--fits', '--data', DATA, '--json']);
    assert.equal(code, 0, err);
    const models = JSON.parse(out) as readonly Readonly<Record<string, unknown>>[];
    assert.deepEqual(Object.keys(models[0]!).sort(), [
      'detail',
      'fit',
      'licence',
      'memory',
      'parameters',
      'repo',
      'seconds',
      'size',
    ]);
    const lines = sft(['models', '--fits']).out.trimEnd().split('\n');
    assert.equal(lines.length, models.length);
    assert.match(
      lines[0]!,
      /^HuggingFaceTB\/SmolLM2-135M-Instruct {2}(?:fits|fits in 4 bits): \S+ [MG]B of memory, about \d+ (?:s|min|h).*; 269 MB to download; licence Apache 2\.0; /,
    );
    const commit = 'a'.repeat(40);
    const kept = path.join(cache, 'models--HuggingFaceTB--SmolLM2-135M-Instruct');
    mkdirSync(path.join(kept, 'refs'), { recursive: true });
    writeFileSync(path.join(kept, 'refs/main'), commit);
    cpSync(MODEL, path.join(kept, 'snapshots', commit), { recursive: true });
    const [here, other] = sft(['models', '--fits']).out.split('\n');
    assert.match(here!, /; is here; licence Apache 2\.0; /);
    assert.match(other!, /; 724 MB to download; /);
  });

  it('refuses a query or data that it would not use', () => {
    assert.match(
      sft(['models', 'smollm', '--fits']).err,
      /--fits cannot be combined with QUERY - leave out one of them/,
    );
    assert.match(sft(['models', '--data', DATA]).err, /--data needs --fits - add --fits, or leave it out/);
    assert.match(sft(['models', '--fits', '--data', 'nowhere.json']).err, /nowhere\.json/);
  });
});
