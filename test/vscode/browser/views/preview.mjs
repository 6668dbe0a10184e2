// The training sequence beside the editor.
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import path from 'node:path';
import { bundle } from '../../../../scripts/build-tests.mjs';
import { root } from '../../../../scripts/setup.mjs';
import { focusBeginning, tabThrough, tabTo } from '../keyboard.mjs';

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

  async 'the preview keeps its example while the cursor is in none'(window) {
    const preview = await window.frameWith('[role=listbox]');
    await preview.evaluate(() => {
      window.headings = [];
      const note = () => window.headings.push(document.querySelector('h1, h2')?.textContent);
      new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
    });
    await window.goTo(1, 1);
    await window.runCommand('File: New Untitled Text File');
    await window.page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await window.runCommand('View: Close Editor');
    await window.goTo(9, 5);
    await preview.getByText('Example 2 of').waitFor();
    const headings = new Set(await preview.evaluate(() => window.headings));
    assert.deepEqual([...headings], ['Example 2 of 514']);
  },

  async 'the preview opens by its key from an example'(window) {
    const { page } = window;
    const tab = page.locator('.tab', { hasText: 'Training Sequence' });
    await tab.click();
    await window.runCommand('View: Close Editor');
    await tab.waitFor({ state: 'detached' });
    await window.goTo(9, 5);
    await page.keyboard.press('Control+k');
    await page.keyboard.press('v');
    await window.webview.getByText('Example 2 of').waitFor();
  },

  async 'the preview is read with the keyboard'(window) {
    const { page } = window;
    const preview = await window.frameWith('[role=listbox]');
    const stops = await tabThrough(window, preview);
    assert.ok(
      stops.some((stop) => /^.+, id \d+, masked/.test(stop)),
      stops.join(', '),
    );
    await focusBeginning(preview);
    await tabTo(window, preview, '');
    const chosen = preview.locator('[role=option][aria-selected=true]');
    for (const key of ['ArrowRight', 'End', 'ArrowUp', 'Home']) {
      const before = await preview.evaluate(() => document.activeElement.dataset.at);
      await page.keyboard.press(key);
      await chosen.and(preview.locator(`:not([data-at="${before}"])`)).waitFor();
      assert.equal(await preview.evaluate(() => document.activeElement.ariaSelected), 'true');
    }
    await window.pictures('preview-keys');
  },
};
