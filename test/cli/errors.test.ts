import assert from 'node:assert/strict';
import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, it } from 'node:test';
import { DATA, MODEL, sft, smallConfig, temporaryFolder } from './sft';

const folder = temporaryFolder();

/** Every error is one line with place, reason and remedy, and no stack trace. */
function refuses(args: readonly string[], code: 1 | 2, text: RegExp): void {
  const { code: actual, out, err } = sft(args);
  const said = out + err;
  assert.match(said, text);
  assert.match(said, / - /, 'has a remedy');
  assert.doesNotMatch(said, /\n\s+at |bug in sft/);
  assert.equal(actual, code, said);
}

describe('bad data', () => {
  const cases: readonly [string, string | Buffer, RegExp][] = [
    ['a file that is not JSON', 'Fees are paid at the office.\n', /:1:1 error this is not JSON.*\[not-json\]/],
    ['a trailing comma', '[{"question":"a?","answer":"b"},]', /:1:32 error.*\[trailing-comma\]/],
    ['an unescaped quote', '[{"question":"a?","answer":"say "yes" now"}]', /:1:33 error.*\[unescaped-quote\]/],
    ['a file that is cut off', '[{"question":"a?","answer":"b"},\n{"question":"c?","ans', /:2:\d+ error.*\[cut-off\]/],
    ['an empty file', '', /:1:1 error the file is empty/],
    ['Latin-1', Buffer.from('[{"question":"café?","answer":"b"}]', 'latin1'), /:1:18 error.*0xE9.*\[wrong-encoding\]/],
    ['UTF-16', Buffer.from('\ufeff[{"question":"a?","answer":"b"}]', 'utf16le'), /error.*UTF-16.*\[wrong-encoding\]/],
    ['a wrong type', '[{"question":"a?","answer":5}]', /:1:28 error "answer" must be a text/],
    ['a missing answer', '[{"question":"a?"}]', /:1:2 error "answer" is missing/],
    ['a blank answer', '[{"question":"b?","answer":"  "}]', /:1:28 error "answer" is blank/],
    ['a misspelt key', '[{"question":"c?","anwser":"x"}]', /:1:19 error.*did you mean "answer"\?/],
    ['a million nested brackets', '['.repeat(1_000_000), /error brackets are nested deeper/],
  ];
  for (const [name, content, text] of cases) {
    it(name, () => {
      const file = path.join(folder, 'data.json');
      writeFileSync(file, content);
      refuses(['validate', file], 1, text);
      const config = smallConfig(temporaryFolder(), { dataset: file });
      refuses(['train', config], 1, text);
    });
  }

  it('a missing file and a folder are unreadable: exit code 2', () => {
    refuses(['validate', path.join(folder, 'none.json')], 2, /no such file/);
    refuses(['validate', folder], 2, /folder, not a file/);
  });

  it('an answer that max_seq_length cuts off wholly is refused and named', () => {
    refuses(
      ['train', smallConfig(temporaryFolder(), { max_seq_length: 12 })],
      1,
      /data\.json:\d+ no token of the answer fits/,
    );
  });
});

describe('bad models', () => {
  const damaged = (change: (model: string) => void): string => {
    const model = path.join(temporaryFolder(), 'model');
    cpSync(MODEL, model, { recursive: true });
    change(model);
    return model;
  };
  const weights = (model: string): string => path.join(model, 'model.safetensors');
  /** The weights with another header. */
  const reheadered = (model: string, change: (header: Record<string, { data_offsets: number[] }>) => void): void => {
    const bytes = readFileSync(weights(model));
    const length = Number(bytes.readBigUInt64LE(0));
    const header = JSON.parse(bytes.toString('utf8', 8, 8 + length)) as Record<string, { data_offsets: number[] }>;
    change(header);
    const json = Buffer.from(JSON.stringify(header));
    const size = Buffer.alloc(8);
    size.writeBigUInt64LE(BigInt(json.length));
    writeFileSync(weights(model), Buffer.concat([size, json, bytes.subarray(8 + length)]));
  };
  const configured = (model: string, change: (text: string) => string): void => {
    const file = path.join(model, 'config.json');
    writeFileSync(file, change(readFileSync(file, 'utf8')));
  };
  const score = (model: string, text: RegExp): void => {
    refuses(['score', DATA, '--model', model], 2, text);
  };

  it('a missing folder', () => {
    score(path.join(folder, 'nowhere'), /no model folder/);
  });
  it('weights that are cut off', () => {
    score(
      damaged((m) => {
        writeFileSync(weights(m), readFileSync(weights(m)).subarray(0, 100_000));
      }),
      /only \d+ data bytes/,
    );
  });
  it('a header larger than the file', () => {
    score(
      damaged((m) => {
        const bytes = readFileSync(weights(m));
        bytes.writeBigUInt64LE(10n ** 12n, 0);
        writeFileSync(weights(m), bytes);
      }),
      /header claims 1000000000000 bytes/,
    );
  });
  it('overlapping tensors', () => {
    score(
      damaged((m) => {
        reheadered(m, (header) => {
          const name = 'model.layers.0.self_attn.k_proj.weight';
          header[name]!.data_offsets = header['model.layers.0.self_attn.v_proj.weight']!.data_offsets;
        });
      }),
      /overlaps|hole of/,
    );
  });
  it('a vocabulary that does not fit', () => {
    score(
      damaged((m) => {
        configured(m, (text) => text.replace('"vocab_size": 2048', '"vocab_size": 1024'));
      }),
      /model.embed_tokens.weight has the shape \[2048, 256\], config.json asks for \[1024, 256\]/,
    );
  });
  it('weights that do not fit the configuration', () => {
    score(
      damaged((m) => {
        configured(m, (text) => text.replace('"intermediate_size": 704', '"intermediate_size": 700'));
      }),
      /has the shape \[704, 256\]/,
    );
  });
  it('an architecture that is not supported, by name', () => {
    score(
      damaged((m) => {
        configured(m, (text) => text.replace('LlamaForCausalLM', 'GPT2LMHeadModel'));
      }),
      /GPT2LMHeadModel is not supported/,
    );
  });
  it('a tokenizer.json that is no JSON', () => {
    score(
      damaged((m) => {
        writeFileSync(path.join(m, 'tokenizer.json'), '{');
      }),
      /tokenizer\.json/,
    );
  });
});

describe('bad configurations', () => {
  const cases: readonly [string, Readonly<Record<string, unknown>>, RegExp][] = [
    ['an unknown key', { learning_rte: 1e-4 }, /:\d+:3 unknown key "learning_rte".*learning_rate/],
    ['a wrong type', { lora_r: '16' }, /:\d+:\d+ lora_r must be a whole number/],
    ['a value out of range', { learning_rate: -1 }, /learning_rate must be a number above 0/],
    ['fp16 with bf16', { fp16: true, bf16: true }, /fp16 and bf16 are both true/],
    ['a split that does not add up', { split: { train: 0.8, validation: 0.1, test: 0.3 } }, /add up to 1\.2/],
    ['more warm-up than steps', { warmup_steps: 100 }, /warmup_steps.*more than max_steps/],
    ['an optimizer under another name', { optim: 'adamw_bnb_8bit' }, /is called "adamw_8bit" here/],
    ['a projection that does not exist', { target_modules: ['x_proj'] }, /target_modules.*x_proj/],
    ['more positions than the model has', { max_seq_length: 4096 }, /max_seq_length is 4096, the model supports 1024/],
  ];
  for (const [name, values, text] of cases) {
    it(name, () => {
      const config = smallConfig(temporaryFolder(), values);
      refuses(['train', config], 2, text);
    });
  }

  it('a device that is not there, before there is a run', () => {
    const place = temporaryFolder();
    const run = path.join(place, 'run');
    refuses(
      ['train', smallConfig(place, {}), '--device', 'abacus', '--run', run],
      2,
      /no device "abacus".*use auto or cpu/,
    );
    assert.ok(!existsSync(run));
  });

  it('a device that is not there gives way to the one that the command names, for the whole life of the run', () => {
    const place = temporaryFolder();
    const run = path.join(place, 'run');
    const config = smallConfig(place, { device: 'webgpu', max_steps: 2, warmup_steps: 0, eval_steps: null });
    // A package that is there and cannot be read.
    mkdirSync(path.join(place, 'node_modules', 'webgpu'), { recursive: true });
    writeFileSync(path.join(place, 'node_modules', 'webgpu', 'package.json'), '{');
    const { SFT_WEBGPU: former } = process.env;
    process.env['SFT_WEBGPU'] = place;
    try {
      refuses(['train', config, '--run', run], 2, /sft\.config\.json:\d+:\d+ WebGPU cannot be loaded/);
    } finally {
      if (former === undefined) delete process.env['SFT_WEBGPU'];
      else process.env['SFT_WEBGPU'] = former;
    }
    const trained = sft(['train', config, '--device', 'cpu', '--run', run]);
    assert.equal(trained.code, 0, trained.err);
    const { config: kept } = JSON.parse(readFileSync(path.join(run, 'run.json'), 'utf8')) as {
      config: { device: string };
    };
    assert.equal(kept.device, 'cpu');
  });

  it('what names nothing of the model to train, before there is a run', () => {
    const place = temporaryFolder();
    const run = path.join(place, 'run');
    const config = smallConfig(place, { target_modules: 'encoder\\..*' });
    const expected = /target_modules "encoder.*" names no projection of the model - name some of q_proj/;
    refuses(['train', config, '--run', run], 2, new RegExp(`sft\\.config\\.json:12:3 ${expected.source}`));
    assert.ok(!existsSync(run));
    const { out, code } = sft(['preflight', config]);
    assert.deepEqual(
      [code, out.match(new RegExp(`ERROR +Model +\\S*sft\\.config\\.json:12:3 ${expected.source}`))?.length],
      [1, 1],
      out,
    );
  });

  it('tokens that the model has not, at the line of the key that names them', () => {
    const place = temporaryFolder();
    const unknown = /trainable_tokens: "<nope>" is not a token of the model/;
    const alone = smallConfig(place, { trainable_tokens: ['<nope>'] });
    refuses(['train', alone], 2, new RegExp(`sft\\.config\\.json:12:3 ${unknown.source}`));
    const swept = smallConfig(place, { trainable_tokens: null, sweep: { trainable_tokens: [null, ['<nope>']] } });
    refuses(['sweep', swept], 2, new RegExp(`sft\\.config\\.json:14:5 ${unknown.source}`));
  });

  it('several things in a configuration, each on its line, at once', () => {
    const { code, err } = sft([
      'train',
      smallConfig(temporaryFolder(), { lora_r: 0, max_step: 5, model_name: 'none' }),
    ]);
    assert.equal(code, 2);
    for (const key of ['lora_r', 'max_step"', 'model_name'])
      assert.match(err, new RegExp(`sft\\.config\\.json:\\d+:\\d+ .*${key}`));
  });

  it('a file where the folder of a run is wanted', () => {
    refuses(['evaluate', DATA], 2, /nigeria-services\.json is a file, not a folder - name the folder of a run/);
  });

  it('a configuration that is not there', () => {
    refuses(['train', path.join(folder, 'none.json')], 2, /none\.json/);
  });
});

describe('wrong usage', () => {
  it('is exit code 2 with the nearest name', () => {
    refuses(['vaildate', DATA], 2, /unknown verb vaildate.*validate/);
    refuses(['generate', '--model', MODEL, '--prompt', 'x', '--temprature', '3'], 2, /did you mean --temperature\?/);
    refuses(['train'], 2, /CONFIG is missing/);
    refuses(['generate', '--model', MODEL, '--prompt', 'x', '--top-p', '7'], 2, /--top-p is "7"/);
  });
});
