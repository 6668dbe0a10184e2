// The report and the preview, which are told anew while somebody works in them.
import assert from 'node:assert/strict';

const tokens = ['Where', ' do', ' I', ' vote'].map((text, id) => ({
  id,
  text,
  trained: true,
  special: false,
  cut: false,
}));
const preview = (example) => ({
  type: 'preview',
  preview: { file: 'faq.json', example, examples: 9, model: 'm', maxSeqLength: 64, note: '', tokens },
});
const report = (examples) => ({
  type: 'report',
  report: {
    file: 'faq.json',
    format: 'Q&A',
    examples,
    advice: [],
    tokens: { estimated: true, maxSeqLength: 64, total: 40, p50: 10, p95: 10, max: 10, over: 0, lost: 0 },
    histogram: [{ from: 0, to: 20, examples }],
    agencies: [],
    findings: [
      { rule: 'mojibake', severity: 'error', count: 2 },
      { rule: 'html', severity: 'warning', count: 1 },
    ],
    findingCount: 3,
    duplicates: 0,
  },
});

export const documentFormTests = {
  async 'report: the focus stays on its button when the file is analysed again'({ open }) {
    const view = await open('report');
    const { page } = view;
    await view.deliver(report(4));
    for (const name of ['html', 'Export as HTML…']) {
      await page.getByText(name, { exact: true }).focus();
      await view.deliver(report(5), report(6));
      assert.equal(await view.focused(), name);
    }
  },

  async 'preview: the token that somebody has come to stays when the same example is sent again'({ open }) {
    const view = await open('preview');
    const { page } = view;
    await view.deliver(preview(2));
    await page.locator('[role=option]').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    const chosen = page.locator('[role=option][aria-selected=true]');
    await view.deliver(preview(2));
    assert.equal(await chosen.getAttribute('data-at'), '2');
    assert.match(await view.focused(), /id 2/);
    await view.deliver(preview(3));
    await page.getByText('Example 3 of 9').waitFor();
    assert.equal(await chosen.count(), 0);
  },
};
