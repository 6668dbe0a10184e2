import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { SftError } from '../base/errors';
import { ConfigError } from './config-error';
import { loadConfig } from './parse-config';

const BASE = { model_name: 'models/base', dataset: 'data/train.json' };

describe('loadConfig', () => {
  const root = mkdtempSync(path.join(tmpdir(), 'sft-config-'));
  after(() => {
    rmSync(root, { recursive: true, force: true });
  });
  const file = path.join(root, 'sft.config.json');
  mkdirSync(path.join(root, 'models/base'), { recursive: true });
  mkdirSync(path.join(root, 'data'));
  writeFileSync(path.join(root, 'data/train.json'), '[]');

  it('reads a file and finds what it names', async () => {
    writeFileSync(file, JSON.stringify(BASE));
    assert.equal((await loadConfig(file, [])).dataset, path.join(root, 'data/train.json'));
  });

  it('a missing model, data and adapter are told on their lines', async () => {
    writeFileSync(
      file,
      JSON.stringify({ ...BASE, adapter: 'none' }, null, 2)
        .replace('models/base', 'data/train.json')
        .replace('"data/train.json",\n  "a', '"nowhere.json",\n  "a'),
    );
    await assert.rejects(loadConfig(file, []), (error: unknown) => {
      assert.ok(error instanceof ConfigError);
      assert.deepEqual(
        error.problems.map((problem) => [problem.line, problem.column, problem.message]),
        [
          [2, 3, `model_name: ${path.join(root, 'data/train.json')} is not a folder`],
          [3, 3, `dataset: ${path.join(root, 'nowhere.json')} does not exist`],
          [4, 3, `adapter: ${path.join(root, 'none')} does not exist`],
        ],
      );
      return true;
    });
  });

  it('says of data in its place what it is, also where it is no text', async () => {
    const parquet = path.join(root, 'train.parquet');
    writeFileSync(parquet, Buffer.from([0x50, 0x41, 0x52, 0x31, 0xff, 0x00]));
    await assert.rejects(loadConfig(parquet, []), (error: unknown) => {
      assert.ok(error instanceof SftError);
      assert.equal(error.code, 'data-for-configuration');
      return true;
    });
  });

  it('a missing file, a folder, a huge file and another encoding are unreadable: exit code 2', async () => {
    const latin = path.join(root, 'latin.json');
    writeFileSync(latin, Buffer.from('{"name": "caf\xe9"}', 'latin1'));
    const huge = path.join(root, 'huge.json');
    writeFileSync(huge, ' '.repeat(1_000_001));
    for (const target of [path.join(root, 'missing.json'), root, huge, latin]) {
      await assert.rejects(loadConfig(target, []), (error: unknown) => {
        assert.ok(error instanceof SftError);
        assert.equal(error.exitCode, 2);
        assert.equal(error.file, target);
        assert.ok(error.remedy);
        return true;
      });
    }
  });
});
