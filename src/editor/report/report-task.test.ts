import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { before, describe, it } from 'node:test';
import { build } from 'esbuild';
import { analyseOnce } from '../../analysis/analyse-once';
import { TokenCounts } from '../../analysis/token-counts';
import { buildReportAside } from './report-task';

const out = path.resolve('out/editor-workers');

describe('the worker behind the report', () => {
  before(async () => {
    await build({
      entryPoints: { 'report-worker': 'src/editor/report/report-worker.ts' },
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

  it('builds a report of a file', async () => {
    const asked = input();
    const report = await buildReportAside(path.join(out, 'report-worker.js'), asked, new AbortController().signal);
    assert.equal(report.examples, asked.result.count);
    assert.equal(report.tokens.total, asked.result.summary.total);
  });

  it('gives a report up', async () => {
    const controller = new AbortController();
    const asked = buildReportAside(path.join(out, 'report-worker.js'), input(), controller.signal);
    controller.abort(new Error('typed on'));
    await assert.rejects(asked, /typed on/);
  });
});
