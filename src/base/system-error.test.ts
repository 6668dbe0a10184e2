import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, describe, it } from 'node:test';
import { formatError, SftError } from './errors';
import { asSftError } from './system-error';
import { NO_LINKS } from '../../test/system-limits';

const folder = mkdtempSync(path.join(os.tmpdir(), 'sft-system-error-'));
after(() => {
  rmSync(folder, { recursive: true });
});

function thrown(what: () => unknown): unknown {
  try {
    what();
  } catch (error) {
    return error;
  }
  throw new assert.AssertionError({ message: 'nothing was thrown' });
}

describe('what the system says of a path', () => {
  const said = (what: () => unknown): string => formatError(asSftError(thrown(what))!);

  it('is told by the path: a link that leads to itself', { skip: NO_LINKS }, () => {
    const link = path.join(folder, 'link');
    symlinkSync('link', link);
    assert.equal(
      said(() => statSync(link)),
      `${link} is a link that leads to itself - put the file itself there`,
    );
  });

  it('is told by the path, in words, with what to do', () => {
    const file = path.join(folder, 'file');
    writeFileSync(file, '');
    const missing = path.join(folder, 'missing');
    assert.equal(
      said(() => readFileSync(missing)),
      `${missing} does not exist (any more) - restore it, or choose another`,
    );
    assert.match(
      said(() => readFileSync(path.join(file, 'x'))),
      /a part of its path is a file, not a folder/,
    );
    assert.match(
      said(() => readFileSync(path.join(folder, 'x'.repeat(300)))),
      /its name is too long/,
    );
  });

  it('is the file in the way, also where Windows says that what lies behind it does not exist', () => {
    const file = path.join(folder, 'in-the-way');
    writeFileSync(file, '');
    const told = { code: 'ENOENT', syscall: 'open', path: path.join(file, 'a', 'b') };
    assert.match(
      formatError(asSftError(Object.assign(new Error('no such file'), told))!),
      /a part of its path is a file/,
    );
    const long = { ...told, path: path.join(folder, 'x'.repeat(300)) };
    assert.match(formatError(asSftError(Object.assign(new Error('no such file'), long))!), /its name is too long/);
    const missing = { ...told, path: path.join(folder, 'missing', 'b') };
    assert.match(formatError(asSftError(Object.assign(new Error('no such file'), missing))!), /does not exist/);
  });

  it('is no excuse for a bug, and leaves an error in words as it is', () => {
    assert.equal(asSftError(new TypeError('x is undefined')), undefined);
    assert.equal(asSftError(thrown(() => new URL('no address'))), undefined);
    const error = new SftError('usage', 'wrong');
    assert.equal(asSftError(error), error);
  });
});
