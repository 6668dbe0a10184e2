import assert from 'node:assert/strict';
import { it } from 'node:test';
import { SftError } from './errors';
import { refuseForbiddenName } from './forbidden-name';

function said(target: string): string | undefined {
  try {
    refuseForbiddenName(target, 'win32');
    return undefined;
  } catch (error) {
    assert.ok(error instanceof SftError);
    return /the name "(.*?)" (.*), which/.exec(error.message)?.slice(1).join(' ');
  }
}

it('names that Windows takes for something else are refused, each with why', () => {
  const names: readonly (readonly [string, string | undefined])[] = [
    ['C:\\work\\CON', 'CON is that of a device'],
    ['C:\\work\\nul.json\\run', 'nul.json is that of a device'],
    ['C:\\work\\COM1', 'COM1 is that of a device'],
    ['C:\\work\\my:model.gguf', 'my:model.gguf has the sign ":" in it'],
    ['C:\\work\\what?', 'what? has the sign "?" in it'],
    ['C:\\work\\run.\\out', 'run. ends with a dot or a blank'],
    ['C:\\work\\run \\out', 'run  ends with a dot or a blank'],
    ['C:\\work\\console\\nullable\\COM10\\.sft\\a.b', undefined],
    ['\\\\server\\share\\work', undefined],
    ['\\\\?\\C:\\work', undefined],
    ['runs/../one', undefined],
  ];
  for (const [target, why] of names) assert.equal(said(target), why, target);
});

it('elsewhere a file may bear any of them', () => {
  refuseForbiddenName('/work/a: CON.', 'linux');
});
