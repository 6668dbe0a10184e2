import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { formatError, SftError } from '../base/errors';
import { parseVerbArguments } from './parse';
import type { Verb } from './verb';

const verb: Verb = {
  name: 'count',
  summary: '',
  usage: 'sft count FILE --model DIR',
  options: {
    model: { type: 'string', short: 'm', value: 'DIR', help: '' },
    prompt: { type: 'string', help: '' },
    stemmer: { type: 'boolean', help: '' },
  },
  teach: '',
  run: () => Promise.resolve(0),
};

function complaint(...words: string[]): string {
  try {
    parseVerbArguments(verb, words);
  } catch (error) {
    assert.ok(error instanceof SftError, String(error));
    assert.equal(error.exitCode, 2);
    assert.equal(error.code, 'usage');
    return formatError(error);
  }
  return '';
}

describe('the arguments of a verb', () => {
  it('options in both spellings, positionals around them, common flags apart', () => {
    assert.deepEqual(
      parseVerbArguments(verb, ['a.json', '--model', 'dir', '--prompt=-x', '--stemmer', '--json', 'b.json']),
      {
        positionals: ['a.json', 'b.json'],
        options: { model: 'dir', prompt: '-x', stemmer: true },
        json: true,
        help: false,
      },
    );
    assert.deepEqual(parseVerbArguments(verb, ['-m', 'dir', '-h', '--verbose']), {
      positionals: [],
      options: { model: 'dir' },
      json: false,
      help: true,
    });
  });

  it('what follows -- is no option; a number or a dash alone can be a value', () => {
    assert.deepEqual(parseVerbArguments(verb, ['--', '--model']).positionals, ['--model']);
    assert.equal(parseVerbArguments(verb, ['--prompt', '-5']).options['prompt'], '-5');
    assert.equal(parseVerbArguments(verb, ['--prompt', '-']).options['prompt'], '-');
    assert.equal(parseVerbArguments(verb, ['--prompt', '']).options['prompt'], '');
  });

  it('an unknown option names the nearest', () => {
    assert.equal(
      complaint('--modl', 'x'),
      'unknown option --modl - did you mean --model? sft count --help lists the options',
    );
    assert.equal(complaint('--zzz'), 'unknown option --zzz - sft count --help lists the options');
    assert.equal(complaint('-q'), 'unknown option -q - sft count --help lists the options');
    assert.equal(complaint('--__proto__'), 'unknown option --__proto__ - sft count --help lists the options');
    assert.equal(complaint('--toString'), 'unknown option --toString - sft count --help lists the options');
  });

  it('a missing value, a value too many, an option given twice', () => {
    const needs = '--model needs a value - write --model DIR, or --model=DIR for one that begins with -';
    assert.equal(complaint('--model'), needs);
    assert.equal(complaint('--model', '--json'), needs);
    assert.equal(complaint('--stemmer=yes'), '--stemmer takes no value - write --stemmer alone');
    assert.equal(complaint('--model', 'a', '--model', 'b'), '--model is given twice - keep one of them');
  });
});
