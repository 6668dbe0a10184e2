// The training sequence beside the editor.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundle } from '../../../../scripts/build-tests.mjs';
import { root } from '../../../../scripts/setup.mjs';

export const previewTests = {
  async 'the preview shows the very tokens of the trainer’s batch'(window) {
    const { page, workspace } = window;
    await window.openFile('nigeria-services.json');
    await page
      .locator('.view-line', { hasText: /\d+\stok/ })
      .first()
      .waitFor();
    await window.goTo(9, 5);
    await window.runCommand('SFT: Preview Training Sequence');
    await window.webview.getByText('Example 2 of').waitFor();
    const titles = await window.webview.locator('[role=option]').evaluateAll((all) => all.map(({ title }) => title));
    const shown = titles.map((title) => {
      const [, id, use] = /, id (\d+), (trained|masked|cut)/.exec(title);
      return { id: Number(id), trained: use === 'trained' };
    });
    const [bundled] = await bundle(['test/vscode/browser/trainer-batch.ts']);
    const { trainerBatch } = createRequire(import.meta.url)(bundled);
    const file = path.join(workspace, 'nigeria-services.json');
    assert.deepEqual(shown, await trainerBatch(file, path.join(root, 'examples/tiny-llama'), 1));
    await window.pictures('preview');
  },

  async 'the preview follows the cursor'(window) {
    await window.goTo(14, 5);
    await window.webview.getByText('Example 3 of').waitFor();
  },
};
