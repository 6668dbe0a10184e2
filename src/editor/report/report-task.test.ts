import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { analyseOnce } from '../../analysis/analyse-once';
import { TokenCounts } from '../../analysis/token-counts';
import { loadChatTokenizer } from '../../text/chat-tokenizer';
import { TokenTexts } from '../preview/preview-texts';
import { buildReportAside } from './report-task';

const out = path.resolve('out/editor-workers');
const MODEL = path.resolve('examples/tiny-llama');

describe('the workers behind the views', () => {
  before(async () => {
    await build({
      entryPoints: {
        'report-worker': 'src/editor/report/report-worker.ts',
        'preview-worker': 'src/editor/preview/preview-worker.ts',
      },
      outdir: out,
      entryNames: '[name]',
      bundle: true,
      platform: 'node',
      format: 'cjs',
      mainFields: ['module', 'main'],
      logLevel: 'warning',
    });
  });

  const input = () => {
    const text = readFileSync('examples/nigeria-services.json', 'utf8');
    const settings = { modelFolder: undefined, maxSeqLength: 1024, rules: {}, nearDuplicateThreshold: 0.8 };
    const counts = new TokenCounts(undefined, undefined, undefined);
    return { file: 'a.json', text, nearDuplicateThreshold: 0.8, ...analyseOnce('a.json', text, settings, counts) };
  };

  it('build a report of a file', async () => {
    const asked = input();
    const report = await buildReportAside(path.join(out, 'report-worker.js'), asked, new AbortController().signal);
    assert.equal(report.examples, asked.result.count);
    assert.equal(report.tokens.total, asked.result.summary.total);
  });

  it('give a report up', async () => {
    const controller = new AbortController();
    const asked = buildReportAside(path.join(out, 'report-worker.js'), input(), controller.signal);
    controller.abort(new Error('typed on'));
    await assert.rejects(asked, /typed on/);
  });

  it('read tokens back as the text they stand for', async (t) => {
    const chat = await loadChatTokenizer(MODEL);
    const { ids } = chat.encodeExample({ question: 'Pay ₦5?\nOk', answer: 'Yes 🎉, now.' }, 1024);
    const texts = new TokenTexts(path.join(out, 'preview-worker.js'));
    t.after(() => texts.dispose());
    const read = await texts.of(MODEL, [...ids]);
    assert.equal(read.length, ids.length);
    assert.equal(read.join(''), chat.tokenizer.decode([...ids]));
    assert.ok(read.includes('🎉'));
    await assert.rejects(texts.of(path.resolve('schemas'), [1]), /tokenizer\.json/);
  });
});
