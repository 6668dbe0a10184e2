import assert from 'node:assert/strict';
import path from 'node:path';
import { it } from 'node:test';
import { isSamePath } from './same-path';

it('one place is written with large or small letters on Windows alone', () => {
  assert.equal(isSamePath('C:\\Work\\Train.json', 'c:\\work\\train.json', path.win32), true);
  assert.equal(isSamePath('\\\\Server\\Share\\a', '\\\\server\\share\\A', path.win32), true);
  assert.equal(isSamePath('C:\\work\\a', 'D:\\work\\a', path.win32), false);
  assert.equal(isSamePath('/work/Train.json', '/work/train.json', path.posix), false);
  assert.equal(isSamePath('/work/train.json', '/work/train.json', path.posix), true);
});
