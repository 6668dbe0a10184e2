// Token counts at the examples, and what their hover tells.
import assert from 'node:assert/strict';
import path from 'node:path';
import { root } from '../../../../scripts/setup.mjs';
import { sft } from '../window.mjs';

const model = path.join(root, 'examples/tiny-llama');

export const hintTests = {
  async 'token counts stand at the examples'(window) {
    await window.openFile('nigeria-services.json');
    const { examples } = sft('count', path.join(window.workspace, 'nigeria-services.json'), '--model', model);
    const [{ tokens, trained }] = examples;
    await hint(window, `${tokens} tok · ${trained} trained`).waitFor();
    await window.pictures('token-counts');
  },

  async 'a hint tells what its tokens are spent on'(window) {
    const { page } = window;
    const own = page.locator('.view-line [class*="dyn-rule"]', { hasText: /tok/ }).first();
    const hover = page.locator('.monaco-hover:visible', { hasText: 'chat template' });
    // Hints that are counted anew move, and take their hover with them.
    await window.until(async (timeout) => {
      await page.mouse.move(5, 5);
      await own.hover({ timeout });
      await hover.waitFor({ timeout });
    });
    const cells = await hover.locator('td').allTextContents();
    const rows = new Map(cells.flatMap((cell, at) => (at % 2 === 0 ? [[cell, Number(cells[at + 1])]] : [])));
    assert.equal(rows.get('prompt') + rows.get('answer') + rows.get('chat template'), rows.get('all'));
    await window.pictures('hint-hover');
    await page.mouse.move(5, 5);
  },

  async 'an example over max_seq_length is marked'(window) {
    await window.openFile('long/long.json');
    await hint(window, /⚠ \d+ tok/).waitFor();
    await hint(window, /answer lost/).waitFor();
    await window.pictures('over-length');
  },
};

/** The line of a hint with this text; VS Code writes a no-break space for each blank of a hint. */
function hint({ page }, text) {
  const source = typeof text === 'string' ? text : text.source;
  return page.locator('.view-line', { hasText: new RegExp(source.replaceAll(' ', '\\s')) }).first();
}
