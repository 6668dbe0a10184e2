import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { createCpuDevice } from '../../src/compute/cpu/cpu-device';
import { DryDevice } from '../../src/compute/dry/dry-device';
import { openModel } from '../../src/generate/session';
import { loadTokenizer } from '../../src/text/tokenizer';
import { loadChatTemplate } from '../../src/text/chat-template';
import { readLlamaConfig } from '../../src/model/llama-config';
import { locateTensors } from '../../src/base/tensor-folder';
import { readAdapterConfig } from '../../src/tuning/adapter-config';
import { SftError } from '../../src/base/errors';
import { NO_LINKS } from '../system-limits';

const root = mkdtempSync(path.join(os.tmpdir(), 'sft-fetched-'));
after(() => {
  rmSync(root, { recursive: true });
});
const POINTER = `version https://git-lfs.github.com/spec/v1\noid sha256:${'0'.repeat(64)}\nsize 123456\n`;
const PAGE = '<!DOCTYPE html>\n<html><head><title>Sign in</title></head><body></body></html>\n';

/** Each file of a model or adapter folder, and what reads it. */
const READERS: Readonly<Record<string, (folder: string) => unknown>> = {
  'config.json': readLlamaConfig,
  'model.safetensors': locateTensors,
  'model.safetensors.index.json': locateTensors,
  'tokenizer.json': loadTokenizer,
  'tokenizer_config.json': loadTokenizer,
  'chat_template.jinja': async (folder) => loadChatTemplate(folder, await loadTokenizer('examples/tiny-llama')),
  'adapter_config.json': readAdapterConfig,
};

let folders = 0;
async function refusal(name: string, put: (file: string) => void): Promise<SftError> {
  const folder = path.join(root, String(folders++));
  mkdirSync(folder);
  if (name === 'tokenizer_config.json') {
    writeFileSync(path.join(folder, 'tokenizer.json'), '{"model": {"vocab": {}, "merges": []}}');
  }
  put(path.join(folder, name));
  try {
    await READERS[name]!(folder);
  } catch (error) {
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.file, path.join(folder, name));
    assert.ok(error.remedy !== undefined);
    assert.equal(error.exitCode, 2);
    return error;
  }
  throw new assert.AssertionError({ message: `${name} was read` });
}

describe('a file of a model that is another', () => {
  it('and that nobody reads is passed over: a link that leads to itself, a folder', { skip: NO_LINKS }, async () => {
    const folder = path.join(root, 'beside');
    cpSync('examples/tiny-llama', folder, { recursive: true });
    symlinkSync('loop.safetensors', path.join(folder, 'loop.safetensors'));
    mkdirSync(path.join(folder, 'folder.safetensors'));
    const device = new DryDevice(createCpuDevice().traits);
    (await openModel(device, folder)).close();
  });

  for (const name of Object.keys(READERS)) {
    const contents: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
      ['a Git LFS pointer', POINTER, /Git LFS pointer/],
      ['an HTML page', PAGE, /HTML page/],
      ['an HTML page after a byte-order mark', `\uFEFF\n${PAGE}`, /HTML page/],
    ];
    for (const [what, content, reason] of contents) {
      it(`${name}: ${what} is named`, async () => {
        assert.match(
          (
            await refusal(name, (file) => {
              writeFileSync(file, content);
            })
          ).message,
          reason,
        );
      });
    }

    it(`${name}: a folder in its place is named`, async () => {
      assert.match((await refusal(name, mkdirSync)).message, /a folder, not a file/);
    });
  }

  const others: readonly (readonly [string, string | Uint8Array, RegExp])[] = [
    ['model.safetensors', 'Entry not found', /only the text "Entry not found"/],
    ['config.json', 'Invalid username or password.', /only the text "Invalid/],
    ['model.safetensors', Buffer.from('PK\x03\x04zip', 'latin1'), /PyTorch/],
    ['model.safetensors', 'GGUF\x03\0\0\0', /GGUF/],
    ['model.safetensors', '', /is empty/],
    ['config.json', '', /is empty/],
    ['config.json', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, /one JSON object/],
    ['config.json', `{"a": ${'['.repeat(20_000)}${']'.repeat(20_000)}}`, /nested deeper/],
    ['tokenizer.json', `${'{"a":'.repeat(20_000)}1${'}'.repeat(20_000)}`, /nested deeper/],
  ];
  for (const [name, content, reason] of others) {
    it(`${name}: ${String(reason)}`, async () => {
      assert.match(
        (
          await refusal(name, (file) => {
            writeFileSync(file, content);
          })
        ).message,
        reason,
      );
    });
  }
});
