// The entry that VS Code's extension host calls, here and under test-electron alike.
import { writeFileSync } from 'node:fs';
import './config-editing';
import './columns';
import './diagnostics';
import './quick-fixes';
import './sample-project';
import './token-hints';
import './formats';
import './file-commands';
// Before the test that leaves a token in the secret storage.
import './push-run';
import './get-model';
import './hostile-files';
import './other-files';
import './read-only-disk';
import './runs';
import './first-run';
import './chat';
import './use-model';
import './export-job';
import { runAll } from './runner';

/** @throws Error where a test failed; the results are in the file that SFT_TEST_REPORT names */
export async function run(): Promise<void> {
  const report = process.env['SFT_TEST_REPORT'];
  const results = await runAll((sofar) => {
    if (report !== undefined) writeFileSync(report, JSON.stringify(sofar, undefined, 2));
  });
  const failed = results.filter((result) => result.outcome === 'failed');
  if (failed.length > 0) throw new Error(`${failed.length} tests failed`);
}
